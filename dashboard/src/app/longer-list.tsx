import { type ReactNode, useState } from 'react';

interface LongerListProps<Item> {
  readonly items: readonly Item[];
  readonly shown: number;
  readonly children: (visible: readonly Item[]) => ReactNode;
}

/** The first of many, and a button for the rest: no part of the page scrolls inside another without need. */
export function LongerList<Item>({ items, shown, children }: LongerListProps<Item>) {
  const [all, setAll] = useState(false);
  return (
    <>
      {children(all ? items : items.slice(0, shown))}
      {items.length > shown && (
        <button type="button" className="show-all" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${items.length}`}
        </button>
      )}
    </>
  );
}
