export type Wall = 'butter' | 'sage' | 'sky' | 'clay';

interface Shelf {
  readonly title: string;
  /** The colour of the wall behind it. */
  readonly wall: Wall;
  readonly products: Readonly<Record<string, string>>;
}

/** How the shop arranges what it sells, with a line of its own about each; what is not named stands on the last shelf. */
const shelves: readonly Shelf[] = [
  {
    title: 'Coffee',
    wall: 'butter',
    products: {
      'espresso-beans-1kg': 'Cocoa, toasted hazelnut, a long finish.',
      'filter-beans-500g': 'Washed, floral, light enough to taste the lot.',
      'decaf-beans-500g': 'All of the evening, none of the night.',
    },
  },
  {
    title: 'Brewing',
    wall: 'sage',
    products: {
      'pour-over-set': 'One cone, one carafe, four minutes.',
      'paper-filters-100': 'Rinse first. They are better for it.',
      'hand-grinder': 'Thirty turns for a cup.',
      'electric-grinder': 'Forty steps, from espresso to press.',
      'gooseneck-kettle': 'Pours where you point it.',
      'coffee-scale': 'Grams and seconds, nothing else.',
    },
  },
  {
    title: 'Cups and care',
    wall: 'sky',
    products: {
      'cappuccino-cups-6': 'Thick walls, so the cup keeps its warmth.',
      'milk-pitcher-350ml': 'Enough for two flat whites.',
      'descaler-500ml': 'Every other month, and it lasts for years.',
    },
  },
];

const others = { title: 'More from the shop', wall: 'clay' } as const;

/** The wall behind a product wherever it is shown. */
export const wallOf = (productId: string): Wall =>
  shelves.find(({ products }) => Object.hasOwn(products, productId))?.wall ?? others.wall;

export interface Arranged<T> {
  readonly title: string;
  readonly wall: Wall;
  readonly products: readonly { readonly product: T; readonly note: string | null }[];
}

/** Puts products on the shop's shelves, in the shelves' order; empty shelves are left out. */
export function arrange<T extends { readonly productId: string }>(products: readonly T[]): Arranged<T>[] {
  const byId = new Map(products.map((product) => [product.productId, product]));
  const arranged = shelves.map(({ title, wall, products: notes }) => ({
    title,
    wall,
    products: Object.entries(notes).flatMap(([productId, note]) => {
      const product = byId.get(productId);
      byId.delete(productId);
      return product === undefined ? [] : [{ product, note }];
    }),
  }));
  const rest = { ...others, products: [...byId.values()].map((product) => ({ product, note: null })) };
  return [...arranged, rest].filter((shelf) => shelf.products.length > 0);
}
