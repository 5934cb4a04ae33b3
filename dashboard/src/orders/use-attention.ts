import { type RefCallback, useCallback, useRef } from 'react';

/**
 * Tells when somebody attends to an element, with a mouse over it or the focus within it, and when nobody does any more.
 * A finger leaves no mark between touches, so touch does not count.
 */
export function useAttention(onAttend: () => void, onLeave: () => void): RefCallback<HTMLElement> {
  const latest = useRef({ onAttend, onLeave });
  latest.current = { onAttend, onLeave };
  return useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    const listening = new AbortController();
    const { signal } = listening;
    const attend = () => latest.current.onAttend();
    const leave = () => {
      if (!element.matches(':hover') && !element.contains(document.activeElement)) latest.current.onLeave();
    };
    element.addEventListener('pointerenter', (event) => event.pointerType === 'mouse' && attend(), { signal });
    element.addEventListener('pointerleave', leave, { signal });
    element.addEventListener('focusin', attend, { signal });
    // The next element has the focus only after this event.
    element.addEventListener('focusout', () => queueMicrotask(leave), { signal });
    return () => listening.abort();
  }, []);
}
