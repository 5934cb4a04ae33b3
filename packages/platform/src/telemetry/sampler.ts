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
 * Decides once per trace, where it begins: so many a second and no more, whatever the load. The first ones of a quiet
 * second are always recorded, so that a single order can be followed; a sampler that adapts a percentage would drop the
 * first. Inside the system the decision travels with the trace. A stranger's header continues a trace and never decides.
 */
export function makeTraceSampler(tracesPerSecond: number, now = () => performance.now()): Sampler {
  let allowance = tracesPerSecond;
  let countedAt = now();

  const isAllowed = (): boolean => {
    const at = now();
    allowance = Math.min(tracesPerSecond, allowance + ((at - countedAt) / SECOND) * tracesPerSecond);
    countedAt = at;
    if (allowance < 1) return false;
    allowance -= 1;
    return true;
  };

  return {
    shouldSample(context) {
      const origin = context.getValue(originKey);
      if (origin === 'probe') return dropped;
      const parent = trace.getSpanContext(context);
      if (parent !== undefined && origin !== 'stranger') {
        return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? dropped : recorded;
      }
      return isAllowed() ? recorded : dropped;
    },
    toString: () => `${tracesPerSecond} traces a second`,
  };
}
