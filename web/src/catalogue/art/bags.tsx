import type { ReactNode } from 'react';

function Bag({ fill, height, children }: { fill: string; height: number; children: ReactNode }) {
  const top = 138 - height;
  return (
    <>
      <path className={`${fill} outlined`} d={`M66 ${top + 16} L70 ${top} H130 L134 ${top + 16} V138 H66 Z`} />
      <path className="line" d={`M66 ${top + 16} H134`} />
      <path className="ink-fill" d={`M92 ${top + 5} h16 v6 h-16 z`} />
      {children}
    </>
  );
}

const Bean = ({ x, y, turn = 0 }: { x: number; y: number; turn?: number }) => (
  <g transform={`translate(${x} ${y}) rotate(${turn})`}>
    <ellipse className="ink-fill" rx="8.5" ry="12" />
    <path className="white-line" d="M-2 -9 C5 -3 -5 3 2 9" />
  </g>
);

export const EspressoBeans = () => (
  <Bag fill="accent-fill" height={116}>
    <path className="white-fill" d="M76 62 H124 V114 H76 Z" />
    <Bean x={100} y={82} turn={28} />
    <path className="line thin" d="M84 104 H116" />
  </Bag>
);

export const FilterBeans = () => (
  <Bag fill="white-fill" height={100}>
    <circle className="warm-fill outlined" cx="100" cy="92" r="21" />
    <Bean x={100} y={92} turn={-24} />
    <path className="line thin" d="M80 126 H120" />
  </Bag>
);

export const DecafBeans = () => (
  <Bag fill="cool-fill" height={100}>
    <circle className="white-fill outlined" cx="100" cy="92" r="21" />
    <path className="accent-fill" d="M100 71 A21 21 0 0 1 100 113 A27 27 0 0 0 100 71 Z" />
    <path className="line thin" d="M80 126 H120" />
  </Bag>
);

export const Descaler = () => (
  <>
    <path className="white-fill outlined" d="M82 56 C82 46 90 46 90 36 H110 C110 46 118 46 118 56 V138 H82 Z" />
    <path className="accent-fill outlined" d="M88 20 H112 V36 H88 Z" />
    <path className="cool-fill" d="M84 84 H116 V122 H84 Z" />
    <path className="accent-fill" d="M100 90 C107 99 109 103 109 107 A9 9 0 0 1 91 107 C91 103 93 99 100 90 Z" />
  </>
);

export const PaperFilters = () => (
  <g transform="translate(0 14)">
    {[0, 12, 24].map((step) => (
      <path
        key={step}
        className={`${step === 24 ? 'white-fill' : 'warm-fill'} outlined`}
        d={`M${40 + step} ${42 + step * 0.8} C${70 + step} ${34 + step * 0.8} ${106 + step} ${34 + step * 0.8} ${136 + step} ${42 + step * 0.8} L${108 + step} ${106 + step * 0.8} H${68 + step} Z`}
      />
    ))}
    <path className="accent-line" d="M92 119 H132" />
    <path className="line thin" d="M84 76 L96 108 M112 72 V108 M140 76 L128 108" />
  </g>
);
