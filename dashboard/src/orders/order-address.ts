import { useSyncExternalStore } from 'react';

/** Which order is open is in the address, so that Back closes it and a colleague can be sent to it. */
const pattern = /^#order\/([0-9a-f-]{36})$/i;

export const addressOf = (orderId: string): string => `#order/${orderId}`;

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export const useOpenOrder = (): string | undefined =>
  useSyncExternalStore(subscribe, () => pattern.exec(window.location.hash)?.[1]?.toLowerCase());

export function closeOrder(): void {
  if (pattern.test(window.location.hash)) window.location.hash = '';
}
