import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import { useColourScheme } from './chart-theme.ts';
import { type ChartLook, drawChart } from './draw-chart.ts';

interface TimeChartProps {
  readonly look: ChartLook;
  /** Seconds of the epoch first, then for each line of the look one value for each second. */
  readonly columns: readonly (readonly (number | null)[])[];
  /** All that the chart says, in sentences. */
  readonly summary: string;
  readonly onCursor: (index: number | null) => void;
}

/** One chart, as wide as its place; a look is drawn once and then fed, so it must not change from drawing to drawing. */
export function TimeChart({ look, columns, summary, onCursor }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(columns);
  latest.current = columns;
  const scheme = useColourScheme();

  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const drawn = drawChart(look, scheme, latest.current as uPlot.AlignedData, parent, onCursor);
    chart.current = drawn;
    const observer = new ResizeObserver(() => {
      if (parent.clientWidth > 0) drawn.setSize({ width: parent.clientWidth, height: look.height });
    });
    observer.observe(parent);
    return () => {
      observer.disconnect();
      drawn.destroy();
      chart.current = undefined;
    };
  }, [look, scheme, onCursor]);

  useEffect(() => chart.current?.setData(columns as uPlot.AlignedData), [columns]);

  return (
    <div className="chart" role="img" aria-label={summary} style={{ height: look.height }}>
      <div ref={place} aria-hidden="true" />
    </div>
  );
}
