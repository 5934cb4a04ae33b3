import { StatusBlock } from '../alerts/status-block.tsx';
import { BackupsPanel } from '../backups/backups-panel.tsx';
import { ChaosPanel } from '../chaos/chaos-panel.tsx';
import { ChaosStrip } from '../chaos/chaos-strip.tsx';
import { ResponsePanel } from '../charts/response-panel.tsx';
import { DeadLettersPanel } from '../dead-letters/dead-letters-panel.tsx';
import { HealthPanel } from '../health/health-panel.tsx';
import { JournalPanel } from '../journal/journal-panel.tsx';
import { OrderDialog } from '../orders/order-dialog.tsx';
import { OrdersPanel } from '../orders/orders-panel.tsx';
import { StockPanel } from '../stock/stock-panel.tsx';
import { Masthead } from './masthead.tsx';
import { Vitals } from './vitals.tsx';
import './control-room.css';

/** The page of an operator, in the order in which one asks: is it well, is it on purpose, what happens, what is to do. */
export function ControlRoom({ onSignOut }: { readonly onSignOut: () => void }) {
  return (
    <>
      <a className="skip" href="#status">
        Skip to the status
      </a>
      <Masthead onSignOut={onSignOut} />
      <ChaosStrip />
      <main className="room">
        <StatusBlock />
        <Vitals />
        <div className="columns">
          <div className="column column-wide">
            <ResponsePanel />
            <OrdersPanel />
            <JournalPanel />
            <DeadLettersPanel />
          </div>
          <div className="column">
            <HealthPanel />
            <StockPanel />
            <ChaosPanel />
            <BackupsPanel />
          </div>
        </div>
      </main>
      <OrderDialog />
    </>
  );
}
