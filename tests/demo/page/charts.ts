import { type DemoReport, type Outcome, outcomes } from '../report.ts';
import { type Html, html } from './html.ts';
import { duration, outcomeWords } from './words.ts';

/** Drawn for a phone's width and scaled up from there, so that letters stay readable on both. */
const WIDTH = 440;
const BAR_HEIGHT = 34;

/** One bar for each run, of all its orders by what came of them. */
export function outcomeChart({ naive, asBuilt }: DemoReport): Html {
  const bars = [naive, asBuilt].map(({ name, outcomes: counts, figures }, row) => {
    const top = row * 74 + 20;
    let left = 0;
    const pieces = outcomes.map((outcome) => {
      const width = (WIDTH * counts[outcome]) / figures.orders;
      const piece = html`<rect class="o-${outcome}" x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}"
        height="${BAR_HEIGHT}"><title>${counts[outcome]} ${outcomeWords[outcome]}</title></rect>`;
      const label = html`<text class="on-bar" x="${(left + width / 2).toFixed(1)}" y="${top + 22}">${counts[outcome]}</text>`;
      left += width;
      return width === 0 ? html`` : html`${piece}${width > 26 ? label : html``}`;
    });
    return html`<text x="0" y="${top - 7}">${name}</text>${pieces}`;
  });
  const present = outcomes.filter((outcome) => naive.outcomes[outcome] + asBuilt.outcomes[outcome] > 0);
  return html`<svg viewBox="0 0 ${WIDTH} 132" role="img" aria-label="What came of the orders">${bars}</svg>
    <ul class="legend">${present.map((outcome) => legendEntry(outcome, naive.outcomes, asBuilt.outcomes))}</ul>`;
}

function legendEntry(outcome: Outcome, naive: Record<Outcome, number>, asBuilt: Record<Outcome, number>): Html {
  return html`<li><i class="k-${outcome}"></i>${outcomeWords[outcome]}
    <span class="muted">${naive[outcome]} / ${asBuilt[outcome]}</span></li>`;
}

interface Series {
  readonly name: string;
  readonly kind: 'naive' | 'built';
  readonly values: readonly number[];
}

const BASE = 150;
const PLOT_HEIGHT = 116;

/** How many values fall below each bound and not below the one before; the last column has no bound. */
export function countsBetween(values: readonly number[], boundsMs: readonly number[]): number[] {
  const columns = Array.from({ length: boundsMs.length + 1 }, () => 0);
  for (const value of values) {
    const found = boundsMs.findIndex((bound) => value < bound);
    const column = found === -1 ? boundsMs.length : found;
    columns[column] = (columns[column] ?? 0) + 1;
  }
  return columns;
}

/** Columns of how many orders took how long, the series side by side. */
function distribution(label: string, boundsMs: readonly number[], series: readonly Series[]): Html {
  const counted = series.map((each) => ({ ...each, counts: countsBetween(each.values, boundsMs) }));
  const highest = Math.max(1, ...counted.flatMap(({ counts }) => counts));
  const columns = boundsMs.length + 1;
  const step = WIDTH / columns;
  const barWidth = (step - 8) / series.length;
  const names = [...boundsMs.map(short), 'more'];
  const bars = counted.flatMap(({ counts, name, kind }, position) =>
    counts.map((count, column) => {
      // Roots, so that a single order is still seen beside hundreds.
      const height = PLOT_HEIGHT * Math.sqrt(count / highest);
      const left = column * step + 4 + position * barWidth;
      if (count === 0) return html``;
      return html`<rect class="s-${kind}" x="${left.toFixed(1)}" y="${(BASE - height).toFixed(1)}"
          width="${(barWidth - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${name}: ${count}</title></rect>
        <text class="count" x="${(left + barWidth / 2).toFixed(1)}" y="${(BASE - height - 4).toFixed(1)}">${count}</text>`;
    }),
  );
  const ticks = names.map(
    (name, column) =>
      html`<text class="tick" x="${((column + 0.5) * step).toFixed(1)}" y="${BASE + 17}">${name}</text>`,
  );
  const keys = series.map(({ name, kind }) => html`<li><i class="k-${kind}"></i>${name}</li>`);
  return html`<svg viewBox="0 0 ${WIDTH} 172" role="img" aria-label="${label}">
      <line x1="0" x2="${WIDTH}" y1="${BASE}" y2="${BASE}"/>${bars}${ticks}</svg>
    <ul class="legend">${keys}</ul>`;
}

const short = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);

/** How long shoppers waited for an answer. */
export const waitChart = ({ naive, asBuilt }: DemoReport): Html =>
  distribution(
    'Waiting time until an answer',
    [50, 100, 250, 1_000, 2_500, 3_500, 5_000],
    [
      { name: 'recovery off', kind: 'naive', values: naive.waitsMs },
      { name: 'as built', kind: 'built', values: asBuilt.waitsMs },
    ],
  );

/** How long orders that were accepted took until they were confirmed. */
export function recoveryChart({ asBuilt, naive }: DemoReport): Html {
  const { recovery } = asBuilt.figures;
  const broken = naive.outcomes.lost + naive.outcomes.double_deducted;
  return html`${distribution(
    'Time from accepted to confirmed',
    [50, 100, 250, 500, 1_000, 5_000, 15_000],
    [
      {
        name: `as built: ${recovery.orders} orders, half of them within ${duration(recovery.p50Ms)}`,
        kind: 'built',
        values: asBuilt.recoveriesMs,
      },
    ],
  )}<p class="muted">With recovery off nothing recovers: ${broken} broken orders stay broken until a person finds them.</p>`;
}
