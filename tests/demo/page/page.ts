import type { DemoReport, DemoRun } from '../report.ts';
import { outcomeChart, recoveryChart, waitChart } from './charts.ts';
import { comparison } from './comparison.ts';
import { type Html, html } from './html.ts';
import { affectedOrders } from './orders.ts';
import { style } from './style.ts';

/** The whole of `report.html`; it needs nothing else, neither network nor scripts. */
export function page(report: DemoReport): string {
  const { naive, asBuilt } = report;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Valerix: reliability demonstration</title>
<style>${style}</style>
</head>
<body>
<h1>The same load, with and without recovery</h1>
<p>${naive.figures.orders} shoppers came twice to a warehouse that delays calls and that fails after it took the stock. Once
  with recovery switched off: no queue, no idempotency, no retry. Once to Valerix as built.</p>
${verdict(report)}
<section class="cards">
  <div class="card"><h2>Figures</h2>${figuresTable([naive, asBuilt])}</div>
  <div class="stack">
    <div class="card"><h2>What came of the orders</h2>${outcomeChart(report)}
      <p class="muted">Numbers in the legend: recovery off / as built.</p></div>
    <div class="card"><h2>Waiting time until an answer</h2>${waitChart(report)}
      <p class="muted">How many orders waited less than so long, all tries together. Heights are square roots of the counts.</p></div>
  </div>
  <div class="card"><h2>Time from accepted to confirmed</h2>${recoveryChart(report)}</div>
  <div class="card"><h2>The run</h2>${circumstances(report)}</div>
</section>
<section><h2>Affected orders</h2>
  <p class="muted">Everything but confirmed at the first try with the stock deducted once. Open an order for its timeline;
    times are counted from the shopper's first click. The warehouse does not say which call a fault hit, so a delay or an
    error is named by every order that it may have hit.</p>
  <div class="cards">${affectedOrders(naive)}${affectedOrders(asBuilt)}</div>
</section>
</body>
</html>
`.text;
}

function circumstances({ command, date, machine, naive, asBuilt }: DemoReport): Html {
  const { cores, processor, memoryGb, node, system } = machine;
  const took = [naive, asBuilt].map(
    ({ name, seconds, restarts }) => html`<br>${name}: ${seconds.toFixed(0)} s, restarts of the warehouse: ${restarts}`,
  );
  return html`<p><code>${command}</code></p>
    <p class="muted">${date}<br>${cores} cores (${processor}), ${memoryGb} GB, Node ${node}, ${system}${took}</p>`;
}

function verdict({ isProven, asBuilt, naive }: DemoReport): Html {
  const broken = naive.breaches.map((breach) => html`<br>${breach}`);
  if (isProven) return html`<p class="verdict"><b>As built, every promise held.</b> With recovery off:${broken}</p>`;
  return html`<p class="verdict broken"><b>As built, a promise was broken.</b>${asBuilt.breaches.map((breach) => html`<br>${breach}`)}</p>`;
}

function figuresTable(runs: readonly DemoRun[]): Html {
  const rows = comparison(runs).map(
    ({ name, values }) =>
      html`<tr><td>${name}</td>${values.map(({ text, isBad }) => html`<td class="${isBad ? 'bad' : ''}">${text}</td>`)}</tr>`,
  );
  const names = runs.map(({ name }) => html`<th>${name}</th>`);
  return html`<table><thead><tr><th></th>${names}</tr></thead><tbody>${rows}</tbody></table>`;
}
