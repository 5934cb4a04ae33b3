/** The samples of one `/metrics` page, by name and labels as they are written there, `otel_scope_name` left out. */
export type Samples = ReadonlyMap<string, number>;

export async function readMetrics(serviceUrl: string): Promise<Samples> {
  const text = await (await fetch(`${serviceUrl}/metrics`)).text();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined) continue;
    const kept = labels.split(/,(?=[a-z_]+=)/).filter((label) => label !== '' && !label.startsWith('otel_scope'));
    samples.set(kept.length === 0 ? name : `${name}{${kept.sort().join(',')}}`, Number(value));
  }
  return samples;
}

/** What changed between two readings: only samples that did. */
export function changes(before: Samples, after: Samples): Record<string, number> {
  const changed = [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(changed.filter(([, difference]) => difference !== 0));
}
