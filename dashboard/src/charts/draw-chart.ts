import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type ColourScheme, type ColourToken, colourOf } from './chart-theme.ts';

interface LineLook {
  readonly label: string;
  readonly colour: ColourToken;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly fill?: ColourToken;
}

/** Everything about a chart but its numbers. */
export interface ChartLook {
  readonly lines: readonly LineLook[];
  readonly height: number;
  /** The scale reaches at least this far, so that a quiet system is not magnified. */
  readonly atLeast: number;
  readonly formatValue: (value: number) => string;
  /** A limit that is drawn across, with its name. */
  readonly limit?: { readonly value: number; readonly label: string };
  readonly showTimes: boolean;
}

const CURSOR_GROUP = 'charts';
const FONT = 'ui-sans-serif, system-ui, sans-serif';
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** A chart into `parent`, in the colours of the scheme; charts of one page move their cursors together. */
export function drawChart(
  look: ChartLook,
  scheme: ColourScheme,
  data: uPlot.AlignedData,
  parent: HTMLElement,
  onCursor: (index: number | null) => void,
): uPlot {
  const { height, lines, atLeast, formatValue, limit, showTimes } = look;
  const grid = { stroke: colourOf('--line', scheme), width: 1 };
  const axis = { stroke: colourOf('--ink-3', scheme), font: `11px ${FONT}` };
  const limitColours = { line: colourOf('--bad', scheme), wash: colourOf('--bad-wash', scheme) };
  const options: uPlot.Options = {
    width: parent.clientWidth,
    height,
    legend: { show: false },
    cursor: { sync: { key: CURSOR_GROUP }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
    padding: [8, 28, showTimes ? 0 : 6, 0],
    scales: {
      x: { time: true, range: (_, min, max) => [min, max] },
      y: { range: (_, __, max) => [0, Math.max(atLeast, (max ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        show: showTimes,
        grid: { show: false },
        ticks: { ...grid, size: 4 },
        size: 26,
        space: 70,
        values: (_, splits) => splits.map((at) => clock.format(at * 1000)),
      },
      {
        ...axis,
        grid,
        ticks: { show: false },
        size: 52,
        space: 28,
        values: (_, splits) => splits.map((value) => formatValue(value)),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: colourOf(line.colour, scheme),
        width: line.width ?? 1.5,
        ...(line.dash !== undefined && { dash: [...line.dash] }),
        ...(line.fill !== undefined && { fill: colourOf(line.fill, scheme) }),
        points: { show: hasLonePoints },
        spanGaps: false,
      })),
    ],
    hooks: {
      drawAxes: [(chart) => limit !== undefined && drawLimit(chart, limit, limitColours)],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
    },
  };
  return new uPlot(options, data, parent);
}

/** A second without neighbours has no line to it: only a point shows that it was there. */
function hasLonePoints(chart: uPlot, series: number): boolean {
  const values = chart.data[series] ?? [];
  return values.some((value, index) => value != null && values[index - 1] == null && values[index + 1] == null);
}

/** The limit, and a wash above it once the last line, which the limit is for, was there: a calm chart stays calm. */
function drawLimit(
  { ctx, bbox, data, valToPos }: uPlot,
  { value, label }: NonNullable<ChartLook['limit']>,
  { line, wash }: { readonly line: string; readonly wash: string },
): void {
  const y = Math.round(valToPos(value, 'y', true)) + 0.5;
  if (y < bbox.top) return;
  const ratio = uPlot.pxRatio;
  ctx.save();
  if (data.at(-1)?.some((each) => each != null && each > value)) {
    ctx.fillStyle = wash;
    ctx.fillRect(bbox.left, bbox.top, bbox.width, y - bbox.top);
  }
  ctx.strokeStyle = line;
  ctx.lineWidth = ratio;
  ctx.setLineDash([5 * ratio, 4 * ratio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${11 * ratio}px ${FONT}`;
  ctx.fillStyle = line;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.fillText(label, bbox.left + 4 * ratio, y - 3 * ratio);
  ctx.restore();
}
