import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, type TokenOptions, withEmulator } from './sdk.fixture.ts';

const running = withEmulator();
const JSON_V1 = 'json.webpubsub.azure.v1';

interface OpenSocket {
  readonly socket: WebSocket;
  /** Text frames as text, binary ones as bytes. */
  readonly frames: (string | Buffer)[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

async function open(protocol: string | undefined, token: TokenOptions = {}): Promise<OpenSocket> {
  const socket = new WebSocket(await running.clientUrl(token), protocol === undefined ? [] : [protocol]);
  const frames: (string | Buffer)[] = [];
  socket.on('message', (data: Buffer, isBinary) => frames.push(isBinary ? data : data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, 'open');
  return { socket, frames, closed };
}

/** The frames as the JSON that they are. */
const parsed = ({ frames }: OpenSocket): unknown[] => frames.map((frame) => JSON.parse(String(frame)));

describe('a client without a subprotocol', () => {
  it('gets payloads and nothing else', async () => {
    const raw = await open(undefined, { userId: 'raw', groups: ['raws'] });
    await eventually(() => running.service.userExists('raw'));
    await running.service.sendToUser('raw', { a: 1 });
    await running.service.sendToUser('raw', 'text', { contentType: 'text/plain' });
    await running.service.group('raws').sendToAll(new Uint8Array([1, 2]));
    await eventually(() => raw.frames.length === 3);
    expect(raw.frames).toEqual(['{"a":1}', 'text', Buffer.from([1, 2])]);
    await running.service.closeUserConnections('raw', { reason: 'enough' });
    expect(await raw.closed).toEqual({ code: 1000, reason: 'enough' });
    expect(raw.frames).toHaveLength(3);
  });

  it('is closed when it sends, since there is nobody to take it', async () => {
    const raw = await open(undefined);
    raw.socket.send('hello');
    expect(await raw.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('no event handlers') });
  });

  it('may carry its token in a header instead of the URL', async () => {
    const url = new URL(await running.clientUrl({ userId: 'header' }));
    const authorization = `Bearer ${url.searchParams.get('access_token')}`;
    url.search = '';
    const socket = new WebSocket(url, { headers: { authorization } });
    await once(socket, 'open');
    socket.close();
  });
});

describe('a client of the JSON subprotocol', () => {
  it('is told of its connection first, and is answered in the frames of the service', async () => {
    const client = await open(JSON_V1, { userId: 'wire', groups: ['g'], roles: ['webpubsub.sendToGroup.g'] });
    client.socket.send('{"type":"ping"}');
    client.socket.send('{"type":"sendToGroup","group":"g","ackId":1,"dataType":"json","data":{"b":1}}');
    client.socket.send('{"type":"sendToGroup","group":"g","ackId":1,"dataType":"json","data":{"b":2}}');
    client.socket.send('{"type":"sendToGroup","group":"g","ackId":2,"dataType":"protobuf","data":"AAE="}');
    client.socket.send('{"type":"joinGroup","group":"h","ackId":3}');
    await eventually(() => client.frames.length === 8);
    expect(parsed(client)).toEqual([
      { type: 'system', event: 'connected', userId: 'wire', connectionId: expect.stringMatching(/^[0-9a-f]{32}$/) },
      { type: 'pong' },
      { type: 'message', from: 'group', group: 'g', fromUserId: 'wire', dataType: 'json', data: { b: 1 } },
      { type: 'ack', ackId: 1, success: true },
      {
        type: 'ack',
        ackId: 1,
        success: false,
        error: { name: 'Duplicate', message: 'Message with ack-id: 1 has been processed' },
      },
      { type: 'message', from: 'group', group: 'g', fromUserId: 'wire', dataType: 'protobuf', data: 'AAE=' },
      { type: 'ack', ackId: 2, success: true },
      {
        type: 'ack',
        ackId: 3,
        success: false,
        error: { name: 'Forbidden', message: "The client does not have permission to join group 'h'." },
      },
    ]);
    client.socket.close();
  });

  it('is told why it is disconnected, then closed', async () => {
    const client = await open(JSON_V1, { userId: 'told' });
    const reason = `long ${'ü'.repeat(200)}`;
    await running.service.closeUserConnections('told', { reason });
    const closed = await client.closed;
    expect(closed.code).toBe(1000);
    expect(reason.startsWith(closed.reason)).toBe(true);
    expect(closed.reason.length).toBeGreaterThan(60);
    expect(parsed(client).at(-1)).toEqual({ type: 'system', event: 'disconnected', message: reason });
  });

  it.each([
    ['{"type":"joinGroup","ackId":7}', "'group' is not the name of a group."],
    ['{"type":"joinGroup","group":" ","ackId":7}', "'group' is not the name of a group."],
    ['{"type":"sendToGroup","group":"g","ackId":7}', "'data' is missing."],
    ['{"type":"sendToGroup","group":"g","ackId":7,"dataType":"text","data":1}', "'data' is not a text."],
    ['{"type":"sendToGroup","group":"g","ackId":7,"dataType":"binary","data":"?"}', "'data' is not base64"],
    ['{"type":"sendToGroup","group":"g","ackId":7,"dataType":"odd","data":"?"}', "There is no dataType 'odd'."],
    ['{"type":"setGroupState","group":"g","ackId":7}', 'This emulator has no group state.'],
    ['{"type":"fly","ackId":7}', "There is no message type 'fly'."],
  ])('is answered BadRequest when it sends %s', async (frame, message) => {
    const client = await open(JSON_V1);
    client.socket.send(frame);
    await eventually(() => client.frames.length === 2);
    expect(parsed(client)[1]).toEqual({
      type: 'ack',
      ackId: 7,
      success: false,
      error: { name: 'BadRequest', message: expect.stringContaining(message) },
    });
    client.socket.close();
  });

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['an unknown type', '{"type":"fly"}'],
    ['an ack id that is no number', '{"type":"joinGroup","group":"g","ackId":"1"}'],
    ['a sequence id that is no number', '{"type":"sequenceAck","sequenceId":-1}'],
    ['bytes', Buffer.from('{"type":"ping"}')],
  ])('is closed with 1007 when it sends %s', async (_, frame) => {
    const client = await open(JSON_V1);
    client.socket.send(frame);
    expect(await client.closed).toMatchObject({ code: 1007 });
  });

  it('is refused other subprotocols', async () => {
    await expect(open('protobuf.webpubsub.azure.v1')).rejects.toThrow('Unexpected server response: 400');
  });
});

describe('a reliable client', () => {
  const RELIABLE = 'json.reliable.webpubsub.azure.v1';

  it('gets again what it has not acknowledged, and nothing that it has', async () => {
    const first = await open(RELIABLE, { userId: 'seq', groups: ['seq'] });
    await eventually(() => first.frames.length === 1);
    const [{ connectionId, reconnectionToken }] = parsed(first) as [Record<string, string>];
    for (const sent of [1, 2, 3]) await running.service.group('seq').sendToAll(sent);
    await eventually(() => first.frames.length === 4);
    first.socket.send('{"type":"sequenceAck","sequenceId":2}');
    first.socket.send('{"type":"ping"}');
    await eventually(() => first.frames.length === 5);
    const url = new URL(await running.clientUrl());
    url.search = new URLSearchParams({
      awps_connection_id: String(connectionId),
      awps_reconnection_token: String(reconnectionToken),
    }).toString();
    const frames: string[] = [];
    // The first socket is still open: the second one takes its place.
    const second = new WebSocket(url, RELIABLE);
    second.on('message', (data: Buffer) => frames.push(data.toString()));
    expect(await first.closed).toMatchObject({ code: 1006 });
    await running.service.group('seq').sendToAll(4);
    await eventually(() => frames.length === 2);
    expect(frames.map((frame) => JSON.parse(frame))).toMatchObject([
      { from: 'group', data: 3, sequenceId: 3 },
      { from: 'group', data: 4, sequenceId: 4 },
    ]);
    second.close();
  });
});

describe('a handshake', () => {
  it('whose client is gone before the answer does no harm', async () => {
    const socket = connect(running.emulator.port, '127.0.0.1');
    socket.write('GET /client/hubs/h HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.resetAndDestroy();
    await once(socket, 'close');
    const client = await open(JSON_V1);
    client.socket.close();
  });

  it.each([
    ['/client/hubs/1hub', 400],
    ['/client/hubs', 404],
    ['/client/hubs/h/more', 404],
    ['/', 404],
  ])('for %s is refused with %i', async (path, status) => {
    const socket = new WebSocket(`${running.emulator.endpoint.replace('http', 'ws')}${path}`);
    await expect(once(socket, 'open')).rejects.toThrow(`Unexpected server response: ${status}`);
  });
});
