import type { DemoRun } from './report.ts';

/** What the figures alone show to be wrong with a run, whatever the reconciler sees. */
export function figureBreaches({
  figures,
  outcomes,
  faults,
}: Pick<DemoRun, 'figures' | 'outcomes' | 'faults'>): string[] {
  const { lost, doubleDeducted, piecesDeducted, piecesTold } = figures;
  const breaches: string[] = [];
  if (lost > 0) breaches.push(`${lost} lost: the stock and what the shopper was told do not agree.`);
  if (doubleDeducted > 0) breaches.push(`${doubleDeducted} had their stock deducted more than once.`);
  if (outcomes.unfinished > 0) breaches.push(`${outcomes.unfinished} were accepted and never finished.`);
  if (piecesDeducted !== piecesTold)
    breaches.push(`${piecesDeducted} pieces were deducted, but ${piecesTold} were sold.`);
  if (Object.values(faults).every((times) => times === 0))
    breaches.push('The warehouse injected no fault, so the run proves nothing; take more orders.');
  return breaches;
}
