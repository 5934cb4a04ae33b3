/** Something that is read again and again: the last good value stays while later reads fail. */
export interface Loaded<T> {
  readonly value: T | undefined;
  /** Why the last read failed; undefined when it went well. */
  readonly error: string | undefined;
  /** When `value` was read; undefined until the first answer. */
  readonly at: number | undefined;
}

export const notLoaded: Loaded<never> = { value: undefined, error: undefined, at: undefined };

export const loaded = <T>(value: T, at: number): Loaded<T> => ({ value, error: undefined, at });

export const notReloaded = <T>(before: Loaded<T>, error: string): Loaded<T> => ({ ...before, error });
