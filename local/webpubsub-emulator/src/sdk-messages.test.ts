import { odata } from '@azure/web-pubsub';
import { describe, expect, it } from 'vitest';
import { eventually, withEmulator } from './sdk.fixture.ts';

const running = withEmulator();
const bytes = (data: unknown): number[] => [...new Uint8Array(data as ArrayBuffer)];

describe.each([{ reliable: false }, { reliable: true }])('a client of the SDK, reliable: $reliable', ({ reliable }) => {
  it('is told who it is, and gets what is sent to all as JSON, text and bytes', async () => {
    const client = await running.connect({ userId: 'ann' }, { reliable });
    expect(client.connected[0]?.userId).toBe('ann');
    expect(client.id).toMatch(/^[0-9a-f]{32}$/);
    await running.service.sendToAll({ order: 1, note: 'ünïcode "quoted"' });
    await running.service.sendToAll('plain', { contentType: 'text/plain' });
    await running.service.sendToAll('a text as JSON');
    await running.service.sendToAll(new Uint8Array([0, 1, 255]));
    await eventually(() => client.server.length === 4);
    const [json, text, textAsJson, binary] = client.server;
    expect(json).toMatchObject({ dataType: 'json', data: { order: 1, note: 'ünïcode "quoted"' } });
    expect(text).toMatchObject({ dataType: 'text', data: 'plain' });
    expect(textAsJson).toMatchObject({ dataType: 'json', data: 'a text as JSON' });
    expect(binary?.dataType).toBe('binary');
    expect(bytes(binary?.data)).toEqual([0, 1, 255]);
    expect(client.server.map((message) => message.sequenceId)).toEqual(
      reliable ? [1, 2, 3, 4] : [undefined, undefined, undefined, undefined],
    );
  });

  it('gets what is sent to its user, to its connection and to the groups of its token', async () => {
    const client = await running.connect({ userId: 'bob', groups: ['orders'] }, { reliable });
    const other = await running.connect({ userId: 'eve' }, { reliable });
    await running.service.sendToUser('bob', { to: 'user' });
    await running.service.sendToConnection(client.id, { to: 'connection' });
    await running.service.group('orders').sendToAll({ to: 'group' });
    await running.service.sendToUser('nobody', { to: 'nobody' });
    await running.service.sendToConnection('0'.repeat(32), { to: 'nobody' });
    await running.service.sendToAll({ to: 'all' });
    await eventually(() => client.server.length === 3 && client.group.length === 1 && other.server.length === 1);
    expect(client.server.map(({ data }) => data)).toEqual([{ to: 'user' }, { to: 'connection' }, { to: 'all' }]);
    expect(client.group[0]).toMatchObject({ group: 'orders', fromUserId: null, data: { to: 'group' } });
    expect(other.server[0]?.data).toEqual({ to: 'all' });
  });
});

describe('a send', () => {
  it('leaves out who is excluded and who does not match the filter', async () => {
    const quoted = await running.connect({ userId: "o'neil", groups: ['big', 'a'] });
    const plain = await running.connect({ userId: 'dd', groups: ['big'] });
    const group = running.service.group('big');
    await group.sendToAll(1, { filter: odata`userId eq ${"o'neil"}` });
    await group.sendToAll(2, { filter: odata`'a' in groups and userId ne ${'dd'}` });
    await group.sendToAll(3, { filter: 'not (length(groups) gt 1)' });
    await group.sendToAll(4, { excludedConnections: [quoted.id, '0'.repeat(32)] });
    await group.sendToAll(5, { messageTtlSeconds: 300 });
    await eventually(() => quoted.group.length === 3 && plain.group.length === 3);
    expect(quoted.group.map(({ data }) => data)).toEqual([1, 2, 5]);
    expect(plain.group.map(({ data }) => data)).toEqual([3, 4, 5]);
  });

  it('with a filter that is wrong reaches nobody', async () => {
    const client = await running.connect();
    await expect(running.service.sendToAll(1, { filter: 'bogus' })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('expected userId, connectionId, groups or protocol'),
    });
    await running.service.sendToAll(2);
    await eventually(() => client.server.length === 1);
    expect(client.server[0]?.data).toBe(2);
  });

  it('reaches its own hub only', async () => {
    const client = await running.connect({ groups: ['g'] });
    await running.serviceFor('other').sendToAll('there');
    await running.serviceFor('other').group('g').sendToAll('there');
    await running.serviceFor('VALERIX').sendToAll('here');
    await eventually(() => client.server.length === 1);
    expect(client.server[0]?.data).toBe('here');
    expect(client.group).toEqual([]);
  });
});

describe('many messages to one client', () => {
  it.each([{ reliable: false }, { reliable: true }])(
    'arrive in order and all, reliable: $reliable',
    async ({ reliable }) => {
      const count = 10_000;
      const name = `many-${reliable}`;
      const sender = await running.connect({ roles: [`webpubsub.sendToGroup.${name}`] }, { reliable });
      const client = await running.connect({ groups: [name] }, { reliable });
      for (let sent = 0; sent < count; sent++) {
        void sender.client.sendToGroup(name, { sent }, 'json', { fireAndForget: true });
      }
      await eventually(() => client.group.length === count);
      expect(client.group.map(({ data }) => (data as { sent: number }).sent)).toEqual([...Array(count).keys()]);
      expect(client.connected).toHaveLength(1);
      expect(client.disconnected).toEqual([]);
    },
  );

  it('arrive in order from REST, when one call follows the other', async () => {
    const client = await running.connect();
    for (let sent = 0; sent < 200; sent++) await running.service.sendToConnection(client.id, sent);
    await eventually(() => client.server.length === 200);
    expect(client.server.map(({ data }) => data)).toEqual([...Array(200).keys()]);
  });
});
