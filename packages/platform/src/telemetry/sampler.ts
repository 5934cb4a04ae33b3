import { type Context, createContextKey, TraceFlags, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base';
import { SECOND } from '../durations.ts';

type Origin = 'stranger' | 'probe';

const originKey = createContextKey('valerix origin');

/** Says where the next span comes from, which decides who decides whether it is recorded. */
export const withOrigin = (context: Context, origin: Origin): Context => context.setValue(originKey, origin);

const recorded: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const dropped: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

/**
 * Decides once per trace, where it begins: so many a second of each operation and no more, whatever the load, so that a
 * page which polls takes nothing from the orders. The first ones of a quiet second are always recorded, and a single
 * order can be followed; a sampler that adapts a percentage would drop the first. Inside the system the decision travels
 * with the trace. A stranger's header continues a trace and never decides.
 */
export function makeTraceSampler(tracesPerSecond: number, now = () => performance.now()): Sampler {
  const allowances = new Map<string, () => boolean>();

  const isAllowed = (operation: string): boolean => {
    const known = allowances.get(operation);
    if (known !== undefined) return known();
    const made = makeAllowance(tracesPerSecond, now);
    allowances.set(operation, made);
    return made();
  };

  return {
    shouldSample(context, _traceId, operation) {
      const origin = context.getValue(originKey);
      if (origin === 'probe') return dropped;
      const parent = trace.getSpanContext(context);
      if (parent !== undefined && origin !== 'stranger') {
        return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? dropped : recorded;
      }
      return isAllowed(operation) ? recorded : dropped;
    },
    toString: () => `${tracesPerSecond} traces a second of each operation`,
  };
}

/** So many a second, and at most a second's worth at once. */
function makeAllowance(perSecond: number, now: () => number): () => boolean {
  let left = perSecond;
  let countedAt = now();
  return () => {
    const at = now();
    left = Math.min(perSecond, left + ((at - countedAt) / SECOND) * perSecond);
    countedAt = at;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
