import { type ReactNode, useMemo, useState } from 'react';
import { useNow } from '../app/clock.ts';
import { formatClock, formatCount, formatMs } from '../app/formats.ts';
import { Panel } from '../app/panel.tsx';
import { ErrorsList } from '../journal/errors-list.tsx';
import { useOperations } from '../live/use-board.ts';
import { type ChartWindow, chartWindow } from './chart-window.ts';
import { errorsLook, requestsLook, responseLook, SLOW_MS } from './looks.ts';
import { summariseErrors, summariseRequests, summariseResponse } from './summary.ts';
import { TimeChart } from './time-chart.tsx';
import './charts.css';

/** Response times with their limit, and below them on the same time axis throughput and errors. */
export function ResponsePanel() {
  const { store } = useOperations();
  const now = useNow();
  // Read and not subscribed to: whole seconds are drawn, so once a second is enough, however often the board changes.
  const window = useMemo(() => chartWindow(store.read().seconds, now), [store, now]);
  const columns = useMemo(() => {
    const { times, orderAverage, orderP95, warehouseAverage, requests, errorPercent } = window;
    return {
      response: [times, orderP95, warehouseAverage, orderAverage],
      requests: [times, requests],
      errors: [times, errorPercent],
    };
  }, [window]);
  const [cursor, setCursor] = useState<number | null>(null);
  const index = cursor ?? lastKnown(window);
  const at = window.times[index] ?? 0;
  const valueOfLine = (values: readonly (number | null)[], format: (value: number) => string): string => {
    const value = values[index];
    return value == null ? '–' : format(value);
  };

  return (
    <Panel
      id="response"
      title="Response time, requests, errors"
      meta={`last 5 minutes · values of ${formatClock(at * 1000)}`}
    >
      <ul className="legend" aria-hidden="true">
        <LegendItem look="order" name="Orders placed or changed, average">
          {valueOfLine(window.orderAverage, formatMs)}
        </LegendItem>
        <LegendItem look="p95" name="slowest 5 %">
          {valueOfLine(window.orderP95, formatMs)}
        </LegendItem>
        <LegendItem look="warehouse" name="warehouse, average">
          {valueOfLine(window.warehouseAverage, formatMs)}
        </LegendItem>
      </ul>
      <TimeChart
        look={responseLook}
        columns={columns.response}
        summary={summariseResponse(window, SLOW_MS)}
        onCursor={setCursor}
      />
      <ChartTitle name="Requests per second, Order service">{valueOfLine(window.requests, formatCount)}</ChartTitle>
      <TimeChart
        look={requestsLook}
        columns={columns.requests}
        summary={summariseRequests(window)}
        onCursor={setCursor}
      />
      <ChartTitle name="Errors, Order service">
        {valueOfLine(window.errorPercent, (percent) => `${percent.toFixed(1)} %`)}
      </ChartTitle>
      <TimeChart look={errorsLook} columns={columns.errors} summary={summariseErrors(window)} onCursor={setCursor} />
      <ErrorsList />
    </Panel>
  );
}

interface LegendItemProps {
  readonly look: 'order' | 'p95' | 'warehouse';
  readonly name: string;
  readonly children: ReactNode;
}

const LegendItem = ({ look, name, children }: LegendItemProps) => (
  <li>
    <span className={`swatch swatch-${look}`} />
    {name} <b>{children}</b>
  </li>
);

const ChartTitle = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <h3 className="chart-title">
    {name} <span>{children}</span>
  </h3>
);

/** Where the values are read while no cursor points: the last second with requests, else the last second. */
function lastKnown({ orderAverage, times }: ChartWindow): number {
  const index = orderAverage.findLastIndex((value) => value !== null);
  return index === -1 ? times.length - 1 : index;
}
