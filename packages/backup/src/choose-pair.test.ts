import { expect, test } from 'vitest';
import { choosePair, gapBetween } from './choose-pair.ts';
import { NoPair } from './restore-errors.ts';
import type { SnapshotService } from './snapshot.ts';

const taken = (service: SnapshotService, takenAt: string) => ({
  service,
  takenAt,
  id: `${takenAt.replaceAll(/[-:]|\.\d+/g, '')}-${service === 'order' ? '0000aa' : '0000bb'}`,
});
const [monday, tuesday] = ['2027-03-01T01:00:00.000Z', '2027-03-02T01:00:00.000Z'];
const twoDays = [
  taken('order', monday),
  taken('inventory', '2027-03-01T01:00:02.000Z'),
  taken('order', tuesday),
  taken('inventory', '2027-03-02T00:59:59.000Z'),
];
const days = ({ order, inventory }: ReturnType<typeof choosePair>) => [order.takenAt, inventory.takenAt];

test('of several days the newest pair is taken', () => {
  const pair = choosePair(twoDays);
  expect(days(pair)).toEqual([tuesday, '2027-03-02T00:59:59.000Z']);
  expect(gapBetween(pair.order, pair.inventory)).toBe(1_000);
});

test('a pair of an earlier moment, or of named snapshots, is taken when asked for', () => {
  expect(days(choosePair(twoDays, { at: new Date('2027-03-01T12:00:00Z') }))[0]).toBe(monday);
  const ids = [taken('order', monday).id, taken('inventory', '2027-03-02T00:59:59.000Z').id];
  expect(days(choosePair(twoDays, { ids }))).toEqual([monday, '2027-03-02T00:59:59.000Z']);
});

test('the newest of one service without its partner is passed over', () => {
  expect(days(choosePair([...twoDays, taken('order', '2027-03-03T01:00:00.000Z')]))[0]).toBe(tuesday);
});

test('two that are of different days are no pair, and what there is is said', () => {
  const apart = [taken('order', monday), taken('inventory', tuesday)];
  expect(() => choosePair(apart)).toThrow(NoPair);
  expect(() => choosePair(apart)).toThrow(/inventory 20270302T010000Z-0000bb {2}of 2027-03-02T01:00:00.000Z/);
  expect(() => choosePair([taken('order', monday)])).toThrow(NoPair);
  expect(() => choosePair(twoDays, { at: new Date('2027-02-01T00:00:00Z') })).toThrow('up to 2027-02-01');
  expect(() => choosePair(twoDays, { ids: ['20270301T010000Z-ffffff'] })).toThrow('There is no snapshot 20270301T');
});
