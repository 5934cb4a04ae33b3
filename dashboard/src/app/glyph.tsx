const paths = {
  check: 'M4 8.5l2.7 2.7L12 5.5',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  warning: 'M8 2.5l6 11H2zM8 6.8v3M8 11.8v.1',
  clock: 'M8 2.5a5.5 5.5 0 1 0 .01 0zM8 5v3.2l2.2 1.5',
  ring: 'M8 4a4 4 0 1 0 .01 0z',
  slash: 'M8 2.5a5.5 5.5 0 1 0 .01 0zM4.3 11.7l7.4-7.4',
  truck: 'M1.5 4.5h8v6h-8zM9.5 6.5h3l2 2v2h-5M4.5 12a1 1 0 1 0 .01 0zM11.5 12a1 1 0 1 0 .01 0z',
  question: 'M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.5M8 12v.1',
  dot: 'M8 6.5a1.5 1.5 0 1 0 .01 0z',
  up: 'M8 12.5v-9M4.5 7L8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9L8 12.5 11.5 9',
  bolt: 'M9 1.5L3.5 9H7.5L7 14.5 12.5 7H8.5z',
} as const;

export type GlyphName = keyof typeof paths;

/** A drawn mark beside a word: it repeats what the word says, so that it is hidden from those who hear the page. */
export function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg className="glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
