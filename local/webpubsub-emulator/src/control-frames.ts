/** What the service tells a client of its connection; never numbered, never replayed. */
export type AckErrorName = 'Forbidden' | 'Duplicate' | 'BadRequest' | 'InternalServerError';

export function connected(connectionId: string, userId: string | undefined, reconnectionToken?: string): Buffer {
  return frame({ type: 'system', event: 'connected', userId: userId ?? null, connectionId, reconnectionToken });
}

export function disconnected(message: string): Buffer {
  return frame({ type: 'system', event: 'disconnected', message });
}

export function pong(): Buffer {
  return frame({ type: 'pong' });
}

export function ack(ackId: number): Buffer {
  return frame({ type: 'ack', ackId, success: true });
}

export function errorAck(ackId: number, name: AckErrorName, message: string): Buffer {
  return frame({ type: 'ack', ackId, success: false, error: { name, message } });
}

export function invocationRefused(invocationId: string, message: string): Buffer {
  return frame({ type: 'invokeResponse', invocationId, success: false, error: { name: 'NotSupported', message } });
}

export function streamRefused(streamId: string, message: string): Buffer {
  return frame({ type: 'streamClosed', streamId, error: { name: 'NotSupported', message } });
}

function frame(content: object): Buffer {
  return Buffer.from(JSON.stringify(content));
}
