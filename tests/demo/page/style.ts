import { Html } from './html.ts';

export const style = new Html(`
  :root {
    color-scheme: light dark;
    --ground: #fff; --card: #f6f7f9; --line: #d5d9e0; --ink: #1b2230; --muted: #5b6577;
    --naive: #d9822b; --built: #2b6cb0;
    --confirmed: #2f855a; --confirmed_later: #4aa3df; --refused: #8a94a6; --gave_up: #c9a227; --unfinished: #7b5ea7;
    --double_deducted: #dd6b20; --lost: #c53030; --on-bar: #fff;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ground: #12161d; --card: #1b212b; --line: #343d4c; --ink: #e7ebf2; --muted: #9aa5b8;
      --naive: #f0a050; --built: #63a4e8;
      --confirmed: #48a877; --confirmed_later: #5cb3ea; --refused: #7d889b; --gave_up: #d9b640; --unfinished: #a288cf;
      --double_deducted: #f08a45; --lost: #ee6a6a; --on-bar: #10141a;
    }
  }
  * { box-sizing: border-box; }
  body { margin: 0 auto; max-width: 1080px; padding: 24px 16px 64px; background: var(--ground); color: var(--ink);
    font: 16px/1.5 system-ui, sans-serif; }
  h1 { font-size: 26px; line-height: 1.2; margin: 0 0 12px; }
  h2 { font-size: 18px; margin: 0 0 12px; }
  section { margin-top: 32px; }
  .muted { color: var(--muted); }
  p { margin: 0 0 12px; max-width: 75ch; }
  code { font: 14px ui-monospace, monospace; overflow-wrap: anywhere; }
  .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 16px; }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; min-width: 0; }
  .stack { display: grid; gap: 16px; align-content: start; min-width: 0; }
  .card > :last-child { margin-bottom: 0; }
  .verdict { max-width: none; border-left: 5px solid var(--confirmed); padding: 8px 14px; background: var(--card); }
  .verdict.broken { border-color: var(--lost); }
  table { width: 100%; border-collapse: collapse; }
  th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
  th:first-child, td:first-child { text-align: left; }
  td { font-variant-numeric: tabular-nums; }
  thead th { color: var(--muted); font-weight: 600; white-space: nowrap; }
  td.bad { color: var(--lost); font-weight: 700; }
  svg { display: block; width: 100%; height: auto; }
  svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
  svg .on-bar { fill: var(--on-bar); text-anchor: middle; font-weight: 600; }
  svg .count { text-anchor: middle; font-size: 12px; }
  svg .tick { text-anchor: middle; fill: var(--muted); }
  svg line { stroke: var(--line); }
  .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 12px 0; padding: 0; font-size: 14px; }
  .legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; }
  ${['confirmed', 'confirmed_later', 'refused', 'gave_up', 'unfinished', 'double_deducted', 'lost']
    .map((name) => `.o-${name} { fill: var(--${name}); } .k-${name} { background: var(--${name}); }`)
    .join('\n  ')}
  .s-naive { fill: var(--naive); } .k-naive { background: var(--naive); }
  .s-built { fill: var(--built); } .k-built { background: var(--built); }
  details.order { border-bottom: 1px solid var(--line); }
  details.order > summary { display: grid; grid-template-columns: 14px 4em max-content 1fr; gap: 2px 10px; align-items: baseline;
    padding: 7px 0; cursor: pointer; list-style: none; }
  details.order > summary::-webkit-details-marker { display: none; }
  details.order > summary:hover { background: var(--card); }
  details.order i { width: 12px; height: 12px; border-radius: 3px; }
  details.order .figures { color: var(--muted); font-size: 14px; text-align: right; }
  details.order > div { padding: 0 0 4px 24px; font-size: 14px; }
  .timeline { list-style: none; margin: 0 0 10px; padding: 0; font-size: 14px; }
  .timeline li { display: grid; grid-template-columns: 5em 5.5em 1fr; gap: 8px; padding: 1px 0; }
  .timeline span:first-child { text-align: right; font-variant-numeric: tabular-nums; color: var(--muted); }
  .group > summary { cursor: pointer; font-weight: 600; padding: 8px 0; }
  @media (max-width: 560px) {
    svg text, svg .count { font-size: 15px; }
    details.order > summary { grid-template-columns: 14px 4em 1fr; }
    details.order .figures { grid-column: 2 / -1; text-align: left; }
    details.order > div { padding-left: 0; }
    .timeline li { grid-template-columns: 4em 5.2em 1fr; }
  }
`);
