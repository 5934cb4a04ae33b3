const COLUMNS = 4;
const ROWS = 4;
const SIDE = 28;
const LEFT = 44;
const TOP = 25;
const fills = ['accent-fill', 'cool-fill', 'warm-fill'] as const;

const quarters = [
  `M0 0 H${SIDE} A${SIDE} ${SIDE} 0 0 1 0 ${SIDE} Z`,
  `M${SIDE} 0 V${SIDE} A${SIDE} ${SIDE} 0 0 1 0 0 Z`,
  `M${SIDE} ${SIDE} H0 A${SIDE} ${SIDE} 0 0 1 ${SIDE} 0 Z`,
  `M0 ${SIDE} V0 A${SIDE} ${SIDE} 0 0 1 ${SIDE} ${SIDE} Z`,
] as const;

const frame = `M${LEFT} ${TOP} h${COLUMNS * SIDE} v${ROWS * SIDE} h${-COLUMNS * SIDE} Z`;

/** Kitchen tiles for a product that nobody has drawn yet, the same ones each time for the same `seed`. */
export function Tiles({ seed }: { seed: string }) {
  const next = numbersFrom(seed);
  const tiles = Array.from({ length: COLUMNS * ROWS }, (_, index) => ({
    x: LEFT + (index % COLUMNS) * SIDE,
    y: TOP + Math.floor(index / COLUMNS) * SIDE,
    path: quarters[next() % quarters.length],
    fill: fills[next() % fills.length],
  }));
  return (
    <>
      <path className="white-fill" d={frame} />
      {tiles.map(({ x, y, path, fill }) => (
        <path key={`${x} ${y}`} className={fill} transform={`translate(${x} ${y})`} d={path} />
      ))}
      <path className="line" d={frame} />
    </>
  );
}

/** FNV-1a over the text, then a step of a linear congruential generator for each number. */
function numbersFrom(text: string): () => number {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The low bits of such a generator repeat soon.
    return state >>> 16;
  };
}
