import { z } from 'zod';

const text = z.string().optional();
const envelope = z.object({
  time: z.iso.datetime(),
  tags: z.record(z.string(), z.string()),
  data: z.object({
    baseType: z.string(),
    baseData: z.looseObject({
      id: text,
      name: text,
      duration: text,
      success: z.boolean().optional(),
      responseCode: text,
      resultCode: text,
      message: text,
      exceptions: z.array(z.looseObject({ typeName: text, message: text })).optional(),
      properties: z.record(z.string(), z.string()).optional(),
    }),
  }),
});
export type Item = z.infer<typeof envelope>;

export const readItems = (content: unknown): Item[] => z.array(envelope).parse(content);

interface Node {
  readonly item: Item;
  readonly startMs: number;
  readonly children: Node[];
}

/** One line of a trace as it is printed. */
export interface TraceLine {
  readonly depth: number;
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  /** Null for what has no duration: an exception, a log line. */
  readonly durationMs: number | null;
  readonly role: string;
  readonly what: string;
  readonly failed: boolean;
}

const SPANS = new Set(['RequestData', 'RemoteDependencyData']);
const MOMENTS = new Set(['ExceptionData', 'MessageData']);

/** The items of one trace as a tree, each level in the order of time. A span whose parent was never sent is a root. */
export function traceLines(items: readonly Item[]): TraceLine[] {
  const nodes = items
    .filter(({ data }) => SPANS.has(data.baseType) || MOMENTS.has(data.baseType))
    .map((item): Node => ({ item, startMs: Date.parse(item.time), children: [] }))
    .sort((a, b) => a.startMs - b.startMs);
  const byId = new Map(nodes.filter(isSpan).map((node) => [node.item.data.baseData.id, node]));
  const roots: Node[] = [];
  for (const node of nodes) {
    const parent = byId.get(node.item.tags['ai.operation.parentId']);
    (parent === undefined || parent === node ? roots : parent.children).push(node);
  }
  const beganMs = nodes[0]?.startMs ?? 0;
  const lines = (node: Node, depth: number): TraceLine[] => [
    lineOf(node, depth, beganMs),
    ...node.children.flatMap((child) => lines(child, depth + 1)),
  ];
  return roots.flatMap((root) => lines(root, 0));
}

const isSpan = ({ item }: Node) => SPANS.has(item.data.baseType);

function lineOf({ item, startMs }: Node, depth: number, beganMs: number): TraceLine {
  const { baseType, baseData } = item.data;
  const role = item.tags['ai.cloud.role'] ?? '?';
  const common = { depth, role, atMs: startMs - beganMs };
  if (baseType === 'ExceptionData') {
    const [first] = baseData.exceptions ?? [];
    return { ...common, durationMs: null, failed: true, what: `! ${first?.typeName}: ${first?.message}` };
  }
  if (baseType === 'MessageData') {
    const facts = Object.entries(baseData.properties ?? {}).filter(([key]) => key !== 'traceId');
    const told = facts.map(([key, value]) => `${key}=${value}`).join(' ');
    return { ...common, durationMs: null, failed: false, what: `# ${baseData.message} ${told}`.trimEnd() };
  }
  const code = baseData.responseCode ?? baseData.resultCode;
  const shown = code === undefined || code === '' || code === '0' ? '' : ` -> ${code}`;
  return {
    ...common,
    durationMs: milliseconds(baseData.duration),
    failed: baseData.success === false,
    what: `${baseData.name}${shown}`,
  };
}

/** A .NET time span, `[d.]hh:mm:ss.fffffff`. */
function milliseconds(span = ''): number | null {
  const [, days = '0', hours, minutes, seconds] = /^(?:(\d+)\.)?(\d+):(\d+):([\d.]+)$/.exec(span) ?? [];
  if (hours === undefined) return null;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
}
