/** Whether anybody looks at the page. */
export interface Attention {
  isVisible(): boolean;
  /** Calls back when that changes; answers how to stop listening. */
  onChange(listener: () => void): () => void;
}

/**
 * Does `work` now and again after as many milliseconds as it answers, while somebody looks at the page; at once when
 * they look again after that time has passed. Answers how to stop.
 */
export function repeatWhileVisible(attention: Attention, work: () => Promise<number>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = 0;
  let working = false;
  let stopped = false;

  const arm = () => {
    clearTimeout(timer);
    if (stopped || working || !attention.isVisible()) return;
    timer = setTimeout(run, Math.max(0, dueAt - Date.now()));
  };
  const run = async () => {
    working = true;
    try {
      dueAt = Date.now() + (await work());
    } finally {
      working = false;
      arm();
    }
  };

  const forget = attention.onChange(arm);
  arm();
  return () => {
    stopped = true;
    clearTimeout(timer);
    forget();
  };
}

export const pageAttention: Attention = {
  isVisible: () => document.visibilityState === 'visible',
  onChange(listener) {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
};
