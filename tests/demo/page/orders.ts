import { type AffectedOrder, type DemoRun, outcomes } from '../report.ts';
import { type Html, html } from './html.ts';
import { duration, outcomeWords } from './words.ts';

/** Every affected order of a run with its timeline, the worst first. */
export function affectedOrders({ name, affected, figures }: DemoRun): Html {
  const groups = outcomes.toReversed().map((outcome) => {
    const orders = affected.filter((order) => order.outcome === outcome);
    if (orders.length === 0) return html``;
    return html`<details class="group"><summary>${orders.length} ${outcomeWords[outcome]}${again(outcome)}</summary>
      ${orders.map(orderEntry)}</details>`;
  });
  const untouched = figures.orders - figures.affected;
  return html`<div class="card"><h2>${name}</h2>
    <p class="muted">${figures.affected} affected; the other ${untouched} were confirmed at the first try, deducted once.</p>
    ${groups}</div>`;
}

/** Whoever was confirmed at the first try is not affected, so these are the others. */
const again = (outcome: AffectedOrder['outcome']): string => (outcome === 'confirmed' ? ', after another try' : '');

function orderEntry(order: AffectedOrder): Html {
  const { shopper, outcome, tries, piecesTold, piecesDeducted, waitMs, recoveryMs } = order;
  const facts = [
    `${tries} ${tries === 1 ? 'try' : 'tries'}`,
    `waited ${duration(waitMs)}`,
    ...(recoveryMs === null ? [] : [`confirmed ${duration(recoveryMs)} later`]),
  ];
  const events = order.timeline.map(
    ({ ms, who, what }) => html`<li><span>${duration(ms)}</span><span>${who}</span><span>${what}</span></li>`,
  );
  return html`<details class="order"><summary><i class="k-${outcome}"></i><span>No. ${shopper}</span>
      <span>sold ${piecesTold}, deducted ${piecesDeducted}</span><span class="figures">${facts.join(' · ')}</span></summary>
    <div><ul class="timeline">${events}</ul>
      <p class="muted">Meanwhile: ${order.act}. Began ${order.at}. ${idsOf(order)}</p></div></details>`;
}

const idsOf = ({ orderIds }: AffectedOrder): Html =>
  html`${orderIds.length === 1 ? 'Order id' : 'Order ids'}: <code>${orderIds.join(', ') || 'none'}</code>`;
