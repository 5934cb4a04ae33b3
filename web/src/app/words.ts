const prices = new Map<string, Intl.NumberFormat>();

/** A price from the currency's minor unit, such as `€21.90` from 2190 euro cents. */
export function priceText(minor: number, currency: string): string {
  let format = prices.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
    prices.set(currency, format);
  }
  // A yen has no cents, a dinar has a thousand fils.
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });

export const timeText = (at: string | number): string => time.format(new Date(at));
export const dayText = (at: string | number): string => day.format(new Date(at));

/** How long something took, as people say it: `0.04 s`, `3.2 s`, `2 min 5 s`, `1 h 2 min`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 0.1) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 piece`, `3 pieces`. */
export const countText = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
