import { describe, expect, it } from 'vitest';
import type { AffectedOrder, DemoReport, DemoRun, Outcome } from '../report.ts';
import { countsBetween } from './charts.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { duration } from './words.ts';

const counts: Record<Outcome, number> = {
  confirmed: 8,
  confirmed_later: 0,
  refused: 0,
  gave_up: 0,
  unfinished: 0,
  double_deducted: 1,
  lost: 1,
};

const order: AffectedOrder = {
  shopper: 7,
  at: '2026-01-05T10:00:00.000Z',
  act: 'an act',
  outcome: 'lost',
  orderIds: ['6f1c1f2e-5f0e-4d55-8c76-0c1c8f0f9a11'],
  tries: 1,
  piecesWanted: 2,
  piecesTold: 0,
  piecesDeducted: 2,
  waitMs: 5_001,
  recoveryMs: null,
  timeline: [{ ms: 0, who: 'shop', what: 'says: <script>alert("x")</script> & more' }],
};

const run = (more: Partial<DemoRun> = {}): DemoRun => ({
  name: 'recovery off',
  seconds: 12,
  figures: {
    orders: 10,
    answered: 9,
    confirmed: 9,
    lost: 1,
    doubleDeducted: 1,
    affected: 2,
    piecesTold: 18,
    piecesDeducted: 22,
    wait: { p50Ms: 20, p95Ms: 3_000, maxMs: 5_001 },
    recovery: { orders: 0, p50Ms: 0, p95Ms: 0, maxMs: 0 },
  },
  outcomes: counts,
  faults: { gremlin: 2, error: 1, drop: 0, exit: 1 },
  restarts: 1,
  waitsMs: [20, 3_000, 5_001],
  recoveriesMs: [],
  affected: [order],
  breaches: ['1 orders lost.'],
  ...more,
});

const report = (more: Partial<DemoReport> = {}): DemoReport => ({
  command: 'npm run demo:reliability -- --orders 10',
  seed: 1,
  concurrency: 2,
  date: '2026-01-05T10:00:00.000Z',
  machine: { cores: 2, memoryGb: 8, processor: 'a <fast> one', node: 'v24', system: 'linux' },
  naive: run(),
  asBuilt: run({ name: 'as built', breaches: [], affected: [] }),
  isProven: true,
  ...more,
});

describe('the page', () => {
  it('shows what was said as text, whatever was said', () => {
    const text = page(report());
    expect(text).not.toContain('<script');
    expect(text).toContain('says: &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more');
    expect(text).toContain('a &lt;fast&gt; one');
  });

  it('needs nothing from anywhere else', () => {
    expect(page(report())).not.toMatch(/https?:|src=|url\(|@import|<link/);
  });

  it('shows the figures of both runs side by side, marking what must not be', () => {
    const text = page(report());
    expect(text).toContain('<tr><td>lost: stock taken, no order</td><td class="bad">1</td>');
    expect(text).toContain('<tr><td>pieces sold</td><td class="">18</td><td class="">18</td></tr>');
  });

  it('says that every promise held, or which did not', () => {
    expect(page(report())).toContain('every promise held');
    const broken = page(
      report({ isProven: false, asBuilt: run({ name: 'as built', breaches: ['Order 5 is lost.'] }) }),
    );
    expect(broken).toContain('Order 5 is lost.');
    expect(broken).not.toContain('every promise held');
  });
});

describe('what the page is made of', () => {
  it('escapes every character that HTML gives a meaning', () => {
    expect(html`<p>${`<&>"'`}</p>`.text).toBe('<p>&lt;&amp;&gt;&quot;&#39;</p>');
  });

  it('puts pieces of HTML into another as they are', () => {
    expect(html`<ul>${['a', '<b>'].map((name) => html`<li>${name}</li>`)}</ul>`.text).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul>',
    );
  });

  it('counts values below their bound, and those above all bounds in the last column', () => {
    expect(countsBetween([0, 99, 100, 5_000], [100, 1_000])).toEqual([2, 1, 1]);
  });

  it('says short times in milliseconds and long ones in seconds', () => {
    expect([duration(84.6), duration(2_149)]).toEqual(['85 ms', '2.1 s']);
  });
});
