const TIME_SPAN = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$/;

/** Reads a .NET TimeSpan (`[d.]hh:mm[:ss[.fffffff]]`) as milliseconds; undefined when the text is not one. */
export function parseTimeSpan(text: string): number | undefined {
  const match = TIME_SPAN.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const milliseconds = wholeSeconds * 1000 + Number(`0.${fraction}`) * 1000;
  return sign === '-' ? -milliseconds : milliseconds;
}

/** Writes milliseconds as a TimeSpan for a message, e.g. `00:05:00`. */
export function formatTimeSpan(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(Math.floor(total / 3600))}:${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)}`;
}
