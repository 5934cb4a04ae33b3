import { useEffect, useState } from 'react';

/** The time, drawn again each second. */
export function useSeconds(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** `in 4 s`, counting down; silent for a screen reader, which would read out every second. */
export function Countdown({ until }: { until: number }) {
  const seconds = Math.max(0, Math.ceil((until - useSeconds()) / 1000));
  return <span aria-hidden="true">{seconds === 0 ? 'now' : `in ${seconds} s`}</span>;
}
