import type { PropertyView, SystemProperty } from './message.ts';

/** Matches a message whose properties equal every one that is set here. */
export interface CorrelationFilter {
  readonly system: Readonly<Partial<Record<SystemProperty, string>>>;
  readonly application: Readonly<Record<string, unknown>>;
}

export function compileCorrelationFilter(filter: CorrelationFilter): (properties: PropertyView) => boolean {
  const system = Object.entries(filter.system) as [SystemProperty, string][];
  const application = Object.entries(filter.application);
  return (properties) =>
    system.every(([name, expected]) => properties.system[name] === expected) &&
    application.every(([name, expected]) => isSame(properties.application[name], expected));
}

function isSame(actual: unknown, expected: unknown): boolean {
  if (actual instanceof Date && expected instanceof Date) return actual.getTime() === expected.getTime();
  if (Buffer.isBuffer(actual) && Buffer.isBuffer(expected)) return actual.equals(expected);
  return actual === expected;
}
