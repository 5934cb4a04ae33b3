import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import rhea, { type Connection, type EventContext } from 'rhea';
import { afterEach, describe, expect, it } from 'vitest';
import { queue, withEmulator } from './sdk.fixture.ts';

const running = withEmulator({ Queues: [queue('orders')] });
const connections: Connection[] = [];

afterEach(async () => {
  for (const connection of connections.splice(0)) {
    connection.close();
    await once(connection, 'connection_close');
  }
});

const AMQP_HEADER = Buffer.from('414d515000010000', 'hex');
const SASL_HEADER = Buffer.from('414d515003010000', 'hex');

/** A client that is not the SDK, with the quirks of others. */
function connectPlainly(): Connection {
  const container = rhea.create_container();
  const options = { host: '127.0.0.1', port: running.emulator.port, reconnect: false, username: 'any' } as const;
  const connection = container.connect(options);
  connections.push(connection);
  return connection;
}

/** A frame that asks for a SASL mechanism, as .NET asks for MSSBCBS. */
function saslInit(mechanism: string): Buffer {
  const name = Buffer.concat([Buffer.from([0xa3, mechanism.length]), Buffer.from(mechanism)]);
  const performative = Buffer.concat([Buffer.from([0x00, 0x53, 0x41, 0xc0, name.length + 1, 1]), name]);
  return Buffer.concat([Buffer.from([0, 0, 0, performative.length + 8, 2, 1, 0, 0]), performative]);
}

async function readAtLeast(socket: Socket, bytes: number): Promise<Buffer> {
  let received = Buffer.alloc(0);
  while (received.length < bytes) {
    const [data] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, data]);
  }
  return received;
}

/** How a request of the .NET client's kind is answered; the answer is undecoded. */
async function request(node: string, message: object): Promise<Buffer> {
  const connection = connectPlainly();
  const replyTo = 'request-1:receiver';
  const receiver = connection.open_receiver({ name: replyTo, source: node, target: 'reply-address' });
  await once(receiver, 'receiver_open');
  const sender = connection.open_sender({ name: 'request-1:sender', target: node });
  await once(sender, 'sendable');
  const answered = once(connection, 'raw_transfer');
  const session = (receiver as unknown as { session: { on_transfer(frame: { payload: Buffer }): void } }).session;
  const onTransfer = session.on_transfer;
  session.on_transfer = function (frame) {
    connection.emit('raw_transfer', frame.payload);
    onTransfer.call(this, frame);
  };
  sender.send({ message_id: 'm-1', reply_to: 'reply-address', body: 'token', ...message });
  const [payload] = (await answered) as [Buffer];
  return payload;
}

/** An application property's name, then the code of the type of its value. */
function typeCodeOf(payload: Buffer, property: string): number | undefined {
  return payload[payload.indexOf(property) + property.length];
}

describe('on the wire', () => {
  it('offers the SASL mechanisms that the clients look for', async () => {
    const socket = connect(running.emulator.port, '127.0.0.1');
    socket.write(SASL_HEADER);
    const received = (await readAtLeast(socket, 60)).toString('latin1');
    expect(received.startsWith(SASL_HEADER.toString('latin1'))).toBe(true);
    for (const mechanism of ['ANONYMOUS', 'PLAIN', 'EXTERNAL', 'MSSBCBS']) expect(received).toContain(mechanism);
    socket.destroy();
  });

  it('sends nothing after the SASL outcome until the client has begun AMQP', async () => {
    const socket = connect(running.emulator.port, '127.0.0.1');
    socket.write(Buffer.concat([SASL_HEADER, saslInit('MSSBCBS')]));
    let received = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
    });
    const outcome = Buffer.from('005344', 'hex');
    while (!received.includes(outcome)) await once(socket, 'data');
    expect(received.includes(AMQP_HEADER)).toBe(false);
    socket.write(AMQP_HEADER);
    while (!received.includes(AMQP_HEADER)) await once(socket, 'data');
    socket.destroy();
  });

  it('answers $cbs with a status of AMQP type int and the same correlation id', async () => {
    const answer = await request('$cbs', { application_properties: { operation: 'put-token' } });
    expect(typeCodeOf(answer, 'status-code')).toBe(0x71);
    expect(rhea.message.decode(answer)).toMatchObject({
      correlation_id: 'm-1',
      application_properties: { 'status-code': 202 },
    });
  });

  it('answers $management with an int status and a symbol for the error condition', async () => {
    const answer = await request('orders/$management', {
      application_properties: { operation: 'com.microsoft:dance' },
    });
    expect(typeCodeOf(answer, 'statusCode')).toBe(0x71);
    expect(typeCodeOf(answer, 'errorCondition')).toBe(0xa3);
    expect(rhea.message.decode(answer).application_properties).toMatchObject({
      statusCode: 501,
      errorCondition: 'amqp:not-implemented',
    });
  });

  it.each(['/orders', 'ORDERS', '%6Frders', 'amqps://some.host/orders', 'sb://some.host:5671/orders'])(
    'knows the entity by the address %s',
    async (address) => {
      const sender = connectPlainly().open_sender(address);
      await once(sender, 'sendable');
      const receiver = connectPlainly().open_receiver({ source: address, autoaccept: true });
      const received = once(receiver, 'message') as Promise<[EventContext]>;
      sender.send({ body: address });
      expect((await received)[0].message?.body).toBe(address);
    },
  );

  it('gives two links of one name their own way each', async () => {
    const connection = connectPlainly();
    const sender = connection.open_sender({ name: 'same', target: 'orders' });
    const other = connectPlainly();
    const receiver = other.open_receiver({ name: 'same', source: 'orders' });
    await Promise.all([once(sender, 'sendable'), once(receiver, 'receiver_open')]);
    const received = once(receiver, 'message') as Promise<[EventContext]>;
    sender.send({ body: 'across' });
    expect((await received)[0].message?.body).toBe('across');
  });

  it('opens and then detaches a refused link, naming the reason', async () => {
    const receiver = connectPlainly().open_receiver('nothing');
    const [{ receiver: refused }] = (await once(receiver, 'receiver_error')) as [EventContext];
    expect(refused?.error).toMatchObject({ condition: 'amqp:not-found' });
  });

  it('rejects a message that is not AMQP, and goes on', async () => {
    const sender = connectPlainly().open_sender('orders');
    await once(sender, 'sendable');
    const rejected = once(sender, 'rejected') as Promise<[EventContext]>;
    sender.send(Buffer.from('garbage'), 'tag', 0);
    expect((await rejected)[0].delivery?.remote_state).toMatchObject({
      error: { condition: 'com.microsoft:argument-error' },
    });
    const accepted = once(sender, 'accepted');
    sender.send({ body: 'fine' });
    await accepted;
  });

  it('refuses transactions instead of pretending', async () => {
    const connection = connectPlainly();
    const sender = connection.open_sender({ target: {} });
    const [{ sender: refused }] = (await once(sender, 'sender_error')) as [EventContext];
    expect(refused?.error).toMatchObject({ condition: 'amqp:not-implemented' });
  });
});
