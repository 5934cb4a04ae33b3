import type { Settings, Topology } from './definition.ts';

const MAX_HOPS = 4;

/** Forwarding must lead to entities that exist, without going in a circle; the service allows four hops. */
export function findForwardingFaults(topology: Topology): string[] {
  const faults: string[] = [];
  const nextHops = collectNextHops(topology);
  for (const { where, settings } of forwarders(topology)) {
    for (const [property, target] of [
      ['ForwardTo', settings.forwardTo],
      ['ForwardDeadLetteredMessagesTo', settings.forwardDeadLettersTo],
    ] as const) {
      if (target !== undefined && !nextHops.has(target.toLowerCase())) {
        faults.push(`In ${where}: ${property} names '${target}', which is neither a queue nor a topic here.`);
      }
    }
    if (settings.forwardTo !== undefined && longestWay(nextHops, settings.forwardTo, 1) > MAX_HOPS) {
      faults.push(`In ${where}: ForwardTo leads in a circle or over more than ${MAX_HOPS} hops.`);
    }
  }
  return faults;
}

/** Queue or topic, in lower case, to where it forwards. */
function collectNextHops(topology: Topology): Map<string, string[]> {
  const hops = new Map<string, string[]>();
  const targets = (items: readonly { readonly settings: Settings }[]): string[] =>
    items.flatMap((item) => item.settings.forwardTo ?? []);
  for (const queue of topology.queues) hops.set(queue.name.toLowerCase(), targets([queue]));
  for (const topic of topology.topics) hops.set(topic.name.toLowerCase(), targets(topic.subscriptions));
  return hops;
}

function longestWay(nextHops: ReadonlyMap<string, string[]>, from: string, hops: number): number {
  if (hops > MAX_HOPS) return hops;
  const ways = (nextHops.get(from.toLowerCase()) ?? []).map((next) => longestWay(nextHops, next, hops + 1));
  return Math.max(hops, ...ways);
}

function forwarders(topology: Topology): { where: string; settings: Settings }[] {
  return [
    ...topology.queues.map(({ name, settings }) => ({ where: `queue '${name}'`, settings })),
    ...topology.topics.flatMap((topic) =>
      topic.subscriptions.map(({ name, settings }) => ({
        where: `subscription '${name}' of topic '${topic.name}'`,
        settings,
      })),
    ),
  ];
}
