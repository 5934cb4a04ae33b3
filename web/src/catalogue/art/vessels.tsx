export const PourOverSet = () => (
  <>
    <path className="accent-fill outlined" d="M66 22 H134 L108 62 H92 Z" />
    <path className="white-line" d="M84 30 L96 52 M100 30 V52 M116 30 L104 52" />
    <path className="accent-fill outlined" d="M78 62 H122 V69 H78 Z" />
    <path
      className="glass-fill outlined"
      d="M86 69 H114 C114 86 138 96 138 118 C138 130 132 138 122 138 H78 C68 138 62 130 62 118 C62 96 86 86 86 69 Z"
    />
    <path
      className="ink-fill"
      d="M64 112 C75 106 88 116 100 112 C112 108 125 116 136 112 C138 128 132 136.5 122 136.5 H78 C68 136.5 62 128 64 112 Z"
    />
  </>
);

export const MilkPitcher = () => (
  <>
    <path className="line wide" d="M132 56 C164 52 164 110 136 112" />
    <path
      className="cool-fill outlined"
      d="M58 38 L74 44 H132 C130 62 140 92 140 112 C140 130 134 138 122 138 H80 C68 138 62 130 62 112 C62 92 74 64 58 38 Z"
    />
    <path className="white-fill" d="M70 44 H131 C130.600 50 131.200 56 132 62 H72 C72.5 56 72 50 70 44 Z" />
    <path className="line" d="M58 38 L74 44 H132" />
    <path className="accent-line" d="M66 112 H138" />
  </>
);

const Cup = ({ x, y, filled }: { x: number; y: number; filled: boolean }) => (
  <g transform={`translate(${x} ${y})`}>
    <path className="line" d="M54 8 C72 6 72 28 50 28" />
    <path
      className={`${filled ? 'accent-fill' : 'white-fill'} outlined`}
      d="M0 0 H56 C56 24 46 38 28 38 C10 38 0 24 0 0 Z"
    />
    {!filled && <path className="accent-line" d="M1 5 H55" />}
  </g>
);

export const CappuccinoCups = () => (
  <g transform="translate(0 24)">
    <Cup x={68} y={22} filled={false} />
    <Cup x={38} y={62} filled />
    <Cup x={104} y={62} filled={false} />
    <path className="warm-fill outlined" d="M26 102 H174 L162 114 H38 Z" />
  </g>
);
