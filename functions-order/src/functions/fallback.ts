import type { OrderService } from '../composition.ts';

/** Answers every address that no other function does. */
export function fallback({ http }: OrderService): void {
  http.fallback();
}
