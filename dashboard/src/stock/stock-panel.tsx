import { memo } from 'react';
import { formatCount } from '../app/formats.ts';
import { LongerList } from '../app/longer-list.tsx';
import { Mark } from '../app/mark.tsx';
import { Panel, Placeholder, StaleNote } from '../app/panel.tsx';
import { useBoard } from '../live/use-board.ts';
import { levelOf, type StockLevel, type StockRow } from './stock.ts';
import './stock.css';

const SHOWN = 12;
const urgency: Readonly<Record<StockLevel, number>> = { out: 0, low: 1, enough: 2 };

/** What is on hand of each product; what runs low stands on top, all else keeps its place. */
export function StockPanel() {
  const stock = useBoard((board) => board.stock);
  const read = useBoard((board) => board.productsRead);
  const rows = [...stock.rows.values()].sort(
    (a, b) => urgency[levelOf(a)] - urgency[levelOf(b)] || a.name.localeCompare(b.name),
  );
  return (
    <Panel id="stock" title="Stock" meta={stock.known ? `${formatCount(rows.length)} products` : 'reading'}>
      <StaleNote error={read.error} />
      {rows.length === 0 ? (
        <Placeholder>{stock.known ? 'There are no products yet.' : 'Reading products…'}</Placeholder>
      ) : (
        <LongerList items={rows} shown={SHOWN}>
          {(visible) => (
            <ul className="stock-list">
              {visible.map((row) => (
                <StockListRow key={row.productId} row={row} />
              ))}
            </ul>
          )}
        </LongerList>
      )}
    </Panel>
  );
}

const StockListRow = memo(function StockListRow({ row }: { readonly row: StockRow }) {
  const level = levelOf(row);
  return (
    <li className="stock-row">
      <span className="stock-name">
        {row.name} <code>{row.productId}</code>
      </span>
      {level === 'out' && (
        <Mark tone="bad" glyph="cross">
          Sold out
        </Mark>
      )}
      {level === 'low' && (
        <Mark tone="warning" glyph="down">
          Low, mark {formatCount(row.lowStockThreshold)}
        </Mark>
      )}
      {/* A new key starts the flash anew. */}
      <span key={row.version} className={`stock-count moved-${row.direction}`}>
        {formatCount(row.stock)}
        <span className="visually-hidden"> on hand</span>
      </span>
    </li>
  );
});
