import type { OrderStatus } from '@valerix/contracts/order';
import type { GlyphName } from '../app/glyph.tsx';
import { Mark, type Tone } from '../app/mark.tsx';
import { statusNames } from './order-status-names.ts';

const looks: Readonly<Record<OrderStatus, { tone: Tone; glyph: GlyphName }>> = {
  pending: { tone: 'busy', glyph: 'ring' },
  pending_verification: { tone: 'warning', glyph: 'clock' },
  confirmed: { tone: 'good', glyph: 'check' },
  failed: { tone: 'bad', glyph: 'cross' },
  cancelled: { tone: 'quiet', glyph: 'slash' },
  shipped: { tone: 'good', glyph: 'truck' },
};

export const OrderStatusMark = ({ status }: { readonly status: OrderStatus }) => (
  <Mark {...looks[status]}>{statusNames[status]}</Mark>
);
