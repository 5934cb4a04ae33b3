export type DataType = 'json' | 'text' | 'binary' | 'protobuf';

export interface Payload {
  readonly dataType: DataType;
  /** JSON text that has been checked, text, or bytes. */
  readonly bytes: Buffer;
}

/** A message on its way to any number of clients; each form is made once, when the first client needs it. */
export interface Outgoing {
  /** Bytes of the payload. */
  readonly size: number;
  /** For clients without a subprotocol: the payload alone. */
  readonly raw: { readonly bytes: Buffer; readonly isBinary: boolean };
  /** For clients of the JSON subprotocol. */
  frame(): Buffer;
  /** For clients of the reliable one, whose numbering is their own. */
  numberedFrame(sequenceId: number): Buffer;
}

export function fromServer(payload: Payload): Outgoing {
  return outgoing('{"type":"message","from":"server"', payload);
}

export function fromGroup(payload: Payload, group: string, fromUserId: string | undefined): Outgoing {
  const names = `"group":${JSON.stringify(group)},"fromUserId":${JSON.stringify(fromUserId ?? null)}`;
  return outgoing(`{"type":"message","from":"group",${names}`, payload);
}

function outgoing(beginning: string, payload: Payload): Outgoing {
  let unnumbered: Buffer | undefined;
  let opened: string | undefined;
  // Without its closing brace, so that a sequence id can follow. Joined as text: at 1,000 messages a second to many
  // clients, parsing and writing JSON once per client is what the time would go to.
  const open = (): string => {
    opened ??= `${beginning},"dataType":"${payload.dataType}","data":${toJson(payload)}`;
    return opened;
  };
  return {
    size: payload.bytes.length,
    raw: { bytes: payload.bytes, isBinary: payload.dataType === 'binary' || payload.dataType === 'protobuf' },
    frame() {
      unnumbered ??= Buffer.from(`${open()}}`);
      return unnumbered;
    },
    numberedFrame: (sequenceId) => Buffer.from(`${open()},"sequenceId":${sequenceId}}`),
  };
}

function toJson({ dataType, bytes }: Payload): string {
  if (dataType === 'json') return bytes.toString();
  return JSON.stringify(bytes.toString(dataType === 'text' ? 'utf8' : 'base64'));
}
