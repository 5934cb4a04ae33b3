import { describe, expect, it } from 'vitest';
import { eventually, type HeardClient, withEmulator } from './sdk.fixture.ts';

const running = withEmulator();
const ALL_ROLES = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'];
const heard = ({ group }: HeardClient): unknown[] => group.map(({ data }) => data);
const forbidden = (what: string): object => ({
  name: 'SendMessageError',
  errorDetail: { name: 'Forbidden', message: `The client does not have permission to ${what}.` },
});

describe.each([{ reliable: false }, { reliable: true }])('a client, reliable: $reliable,', ({ reliable }) => {
  it('whose token joins one group hears no other, and can neither join nor leave nor send', async () => {
    const shopper = await running.connect({ userId: 'shopper', groups: ['order-a'] }, { reliable });
    const other = await running.connect({ userId: 'other', groups: ['order-b'] }, { reliable });
    await expect(shopper.client.joinGroup('order-b')).rejects.toMatchObject(forbidden("join group 'order-b'"));
    await expect(shopper.client.leaveGroup('order-a')).rejects.toMatchObject(forbidden("leave group 'order-a'"));
    await expect(shopper.client.sendToGroup('order-b', 1, 'json')).rejects.toMatchObject(
      forbidden("send to group 'order-b'"),
    );
    await expect(shopper.client.sendToGroup('order-a', 1, 'json')).rejects.toMatchObject(
      forbidden("send to group 'order-a'"),
    );
    await running.service.group('order-b').sendToAll('of b');
    await running.service.group('order-a').sendToAll('of a');
    await eventually(() => shopper.group.length > 0 && other.group.length > 0);
    expect(heard(shopper)).toEqual(['of a']);
    expect(heard(other)).toEqual(['of b']);
  });

  it('with the roles joins, sends with and without echo, and leaves', async () => {
    const room = `room-${reliable}`;
    const a = await running.connect({ userId: 'a', roles: ALL_ROLES }, { reliable });
    const b = await running.connect({ userId: 'b', roles: ALL_ROLES }, { reliable });
    expect(await a.client.joinGroup(room)).toMatchObject({ isDuplicated: false });
    await b.client.joinGroup(room);
    await a.client.sendToGroup(room, { text: 1 }, 'json', { noEcho: true });
    await a.client.sendToGroup(room, 'echoed', 'text');
    await a.client.sendToGroup(room, new Uint8Array([7, 8]).buffer, 'binary', { fireAndForget: true });
    await eventually(() => a.group.length === 2 && b.group.length === 3);
    expect(heard(a).slice(0, 1)).toEqual(['echoed']);
    expect(b.group[0]).toMatchObject({ group: room, fromUserId: 'a', dataType: 'json', data: { text: 1 } });
    expect([...new Uint8Array(b.group[2]?.data as ArrayBuffer)]).toEqual([7, 8]);
    await b.client.leaveGroup(room);
    await a.client.sendToGroup(room, 'without b', 'text');
    await running.service.sendToAll('the end');
    await eventually(() => b.server.length === 1 && a.group.length === 3);
    expect(b.group).toHaveLength(3);
  });

  it('that repeats an ack id is told so, and it is not done again', async () => {
    const room = `ids-${reliable}`;
    const a = await running.connect({ roles: ALL_ROLES, groups: [room] }, { reliable });
    expect(await a.client.sendToGroup(room, 'once', 'text', { ackId: 777 })).toMatchObject({ isDuplicated: false });
    expect(await a.client.sendToGroup(room, 'twice', 'text', { ackId: 777 })).toMatchObject({ isDuplicated: true });
    await a.client.sendToGroup(room, 'end', 'text');
    await eventually(() => a.group.length === 2);
    expect(heard(a)).toEqual(['once', 'end']);
  });

  it('may ask again with the ack id of something that was refused', async () => {
    const a = await running.connect({}, { reliable });
    await expect(a.client.joinGroup('later', { ackId: 5 })).rejects.toMatchObject(forbidden("join group 'later'"));
    await running.service.grantPermission(a.id, 'joinLeaveGroup', { targetName: 'later' });
    expect(await a.client.joinGroup('later', { ackId: 5 })).toMatchObject({ isDuplicated: false });
  });
});

describe('a role', () => {
  it('can be for one group and for a pattern of groups', async () => {
    const { client } = await running.connect({
      roles: ['webpubsub.joinLeaveGroup.only', 'webpubsub.joinLeaveGroups.store.*', 'webpubsub.sendToGroup.only'],
    });
    await client.joinGroup('only');
    await client.joinGroup('store.42');
    await client.sendToGroup('only', 1, 'json');
    await expect(client.joinGroup('store.42.x')).rejects.toMatchObject(forbidden("join group 'store.42.x'"));
    await expect(client.joinGroup('only2')).rejects.toMatchObject(forbidden("join group 'only2'"));
    await expect(client.sendToGroup('store.42', 1, 'json')).rejects.toMatchObject(
      forbidden("send to group 'store.42'"),
    );
  });
});

describe('a permission', () => {
  it('can be granted, looked up and revoked while the client is connected', async () => {
    const { client, id } = await running.connect();
    const { service } = running;
    const target = { targetName: 'granted' };
    expect(await service.hasPermission(id, 'sendToGroup', target)).toBe(false);
    await service.grantPermission(id, 'sendToGroup', target);
    expect(await service.hasPermission(id, 'sendToGroup', target)).toBe(true);
    expect(await service.hasPermission(id, 'sendToGroup')).toBe(false);
    expect(await service.hasPermission(id, 'joinLeaveGroup', target)).toBe(false);
    await client.sendToGroup('granted', 1, 'json');
    await service.revokePermission(id, 'sendToGroup', target);
    await expect(client.sendToGroup('granted', 1, 'json')).rejects.toMatchObject(forbidden("send to group 'granted'"));
    await service.grantPermission(id, 'joinLeaveGroup');
    await client.joinGroup('any');
    await service.revokePermission(id, 'joinLeaveGroup');
    await expect(client.joinGroup('other')).rejects.toMatchObject(forbidden("join group 'other'"));
  });
});

describe('what the emulator cannot do', () => {
  it('is refused in a way that the client can see: events, invocations and streams', async () => {
    const { client } = await running.connect({ roles: ALL_ROLES });
    await expect(client.sendEvent('e', 1, 'json')).rejects.toMatchObject({
      errorDetail: { name: 'InternalServerError', message: expect.stringContaining('no event handlers') },
    });
    await expect(client.invokeEvent('e', 1, 'json')).rejects.toMatchObject({ errorDetail: { name: 'NotSupported' } });
    await expect(client.openGroupStream('g')).rejects.toThrow('This emulator has no streams.');
  });
});
