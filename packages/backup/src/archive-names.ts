const DAY = /^(\d{4}-\d{2}-\d{2})\.(tar|json)$/;

export const archiveName = (day: string): string => `${day}.tar`;
export const manifestName = (day: string): string => `${day}.json`;

/** The day of an archive or a manifest, by its name; undefined for anything else. */
export function dayOf(name: string, kind: 'tar' | 'json'): string | undefined {
  const [, day, suffix] = DAY.exec(name) ?? [];
  return suffix === kind ? day : undefined;
}

/** The UTC day of a moment. */
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
