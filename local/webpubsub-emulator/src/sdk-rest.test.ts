import { describe, expect, it } from 'vitest';
import { eventually, withEmulator } from './sdk.fixture.ts';

const running = withEmulator();
const NOBODY = '0'.repeat(32);

describe('the service client of the SDK', () => {
  it('finds connections, users and groups that are there, and no others', async () => {
    const { service } = running;
    const { id } = await running.connect({ userId: "o'neil & söhne/1", groups: ['g/with slash', '..'] });
    expect(await service.connectionExists(id)).toBe(true);
    expect(await service.connectionExists(NOBODY)).toBe(false);
    expect(await service.userExists("o'neil & söhne/1")).toBe(true);
    expect(await service.userExists("o'neil")).toBe(false);
    expect(await service.groupExists('g/with slash')).toBe(true);
    expect(await service.groupExists('g')).toBe(false);
    expect(await running.serviceFor('other').connectionExists(id)).toBe(false);
  });

  it('adds connections and users to groups and takes them out again', async () => {
    const { service } = running;
    const { id } = await running.connect({ userId: 'mover' });
    const group = service.group('moving');
    await group.addConnection(id);
    await group.addConnection(id);
    expect(await service.groupExists('moving')).toBe(true);
    await group.removeConnection(id);
    expect(await service.groupExists('moving')).toBe(false);
    await group.addUser('mover');
    expect(await service.groupExists('moving')).toBe(true);
    await group.removeUser('mover');
    expect(await service.groupExists('moving')).toBe(false);
    await group.addUser('mover');
    await service.removeUserFromAllGroups('mover');
    expect(await service.groupExists('moving')).toBe(false);
    await group.addUser('mover');
    await service.removeConnectionFromAllGroups(id);
    expect(await service.groupExists('moving')).toBe(false);
  });

  it('is told when whom it adds is not there; taking out nobody is no error', async () => {
    const { service } = running;
    await expect(service.group('g').addConnection(NOBODY)).rejects.toMatchObject({ statusCode: 404 });
    await expect(service.group('g').addUser('nobody')).rejects.toMatchObject({ statusCode: 404 });
    await service.group('g').removeConnection(NOBODY);
    await service.group('g').removeUser('nobody');
    await service.removeUserFromAllGroups('nobody');
    await service.removeConnectionFromAllGroups(NOBODY);
    await service.closeConnection(NOBODY);
  });

  it('adds to several groups, and takes out of them, whoever a filter matches', async () => {
    const { service } = running;
    await running.connect({ userId: 'f1' });
    await running.connect({ userId: 'f2' });
    await service.addConnectionsToGroups(['x', 'y'], "userId eq 'f1'");
    await service.addConnectionsToGroups(['y'], "userId in ('f2', 'f3')");
    await service.removeConnectionsFromGroups(['x', 'y'], "userId eq 'f1'");
    expect(await service.groupExists('x')).toBe(false);
    expect(await service.groupExists('y')).toBe(true);
    await expect(service.addConnectionsToGroups(['x'], 'userId gt 5')).rejects.toMatchObject({ statusCode: 400 });
  });

  it('lists a group in pages', async () => {
    const members = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => running.connect({ userId: `m${n}`, groups: ['list'] })),
    );
    const list = async (options: object): Promise<(string | undefined)[][]> => {
      const pages: (string | undefined)[][] = [];
      // The SDK's type says that this is the iterator; it is a promise of it.
      const found = await running.service.group('list').listConnections(options);
      for await (const page of found.byPage()) pages.push(page.map(({ connectionId }) => connectionId));
      return pages;
    };
    const ids = members.map(({ id }) => id).sort();
    expect(await list({ maxPageSize: 2 })).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    expect(await list({ maxPageSize: 2, top: 3 })).toEqual([ids.slice(0, 2), ids.slice(2, 3)]);
    expect(await list({})).toEqual([ids]);
    expect(await list({ top: 5 })).toEqual([ids]);
    const [member] = (await (await running.service.group('list').listConnections({ top: 1 })).byPage().next()).value;
    expect(member).toEqual({
      connectionId: ids[0],
      userId: members.find(({ id }) => id === ids[0])?.connected[0]?.userId,
    });
  });

  // The SDK's type does not know `excluded`, but passes it on.
  const closeAllBut = (id: string): Promise<void> => {
    const options = { reason: 'r', excluded: [id] };
    return running.service.closeAllConnections(options);
  };

  it.each([
    ['all of a hub', closeAllBut],
    ['a user', () => running.service.closeUserConnections('closed', { reason: 'r' })],
    ['a group', () => running.service.group('closing').closeAllConnections({ reason: 'r' })],
  ])('closes the connections of %s and says why', async (_, close) => {
    const stays = await running.connect({ userId: 'stays' }, { autoReconnect: false });
    const goes = await running.connect({ userId: 'closed', groups: ['closing'] }, { autoReconnect: false });
    await close(stays.id);
    await eventually(() => goes.stopped === 1);
    expect(goes.disconnected[0]?.message?.message).toBe('r');
    expect(await running.service.connectionExists(goes.id)).toBe(false);
    expect(await running.service.connectionExists(stays.id)).toBe(true);
  });
});
