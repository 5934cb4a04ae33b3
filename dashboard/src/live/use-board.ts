import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Board } from './board.ts';
import type { Operations } from './operations.ts';

export const OperationsContext = createContext<Operations | undefined>(undefined);

export function useOperations(): Operations {
  const operations = useContext(OperationsContext);
  if (operations === undefined) throw new Error('This part of the page is only for operators who are signed in.');
  return operations;
}

/** One part of the board; the component is drawn again only when that part was replaced. */
export function useBoard<T>(select: (board: Board) => T): T {
  const { store } = useOperations();
  return useSyncExternalStore(store.subscribe, () => select(store.read()));
}
