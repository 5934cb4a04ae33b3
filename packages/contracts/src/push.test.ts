import { expect, test } from 'vitest';
import { eventsOf, negotiation, orderGroup } from './push.ts';
import { siteConfig } from './site-config.ts';

const alert = {
  eventType: 'LowStockAlert',
  eventId: '00000000-0000-4000-8000-000000000001',
  timestamp: '2026-01-01T00:00:00.000Z',
  data: { productId: 'beans', currentStock: 1, threshold: 2, stockVersion: 3 },
};

test('a group is named by the order whichever way its id is written', () => {
  expect(orderGroup('4F0C6A52-5B0E-4D0B-9C5C-6E3B2D1A0F9E')).toBe('order-4f0c6a52-5b0e-4d0b-9c5c-6e3b2d1a0f9e');
});

test('a reader takes the events it understands and leaves out the others', () => {
  const message = { events: [alert, { ...alert, eventType: 'FromTheFuture' }, { ...alert, data: {} }, null] };
  expect(eventsOf(message)).toEqual([alert]);
});

test.each([undefined, null, 'text', 7, {}, { events: 'none' }])('%j is a message without events', (message) => {
  expect(eventsOf(message)).toEqual([]);
});

test('only a WebSocket address is an answer to negotiate', () => {
  const expiresAt = '2026-01-01T01:00:00.000Z';
  expect(negotiation.safeParse({ url: 'wss://shop.webpubsub.azure.com/client/hubs/valerix', expiresAt }).success).toBe(
    true,
  );
  expect(negotiation.safeParse({ url: 'https://shop.webpubsub.azure.com/', expiresAt }).success).toBe(false);
});

test('the addresses in the configuration of a site lose their last slash', () => {
  const given = { orderUrl: 'https://order.example/', inventoryUrl: 'http://127.0.0.1:7072' };
  expect(siteConfig.parse(given)).toEqual({ ...given, orderUrl: 'https://order.example' });
  expect(siteConfig.safeParse({ ...given, orderUrl: 'javascript:alert(1)' }).success).toBe(false);
});
