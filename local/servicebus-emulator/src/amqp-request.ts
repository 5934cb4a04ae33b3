import { randomUUID } from 'node:crypto';
import { type Node, normalizeAddress } from './amqp-address.ts';
import { isConnected } from './amqp-connection.ts';
import { type ReportFault, toAmqpError } from './amqp-errors.ts';
import type { Entity } from './entity.ts';
import { manage } from './management.ts';
import { outcomes, type RheaEvent, type RheaLink, type RheaMessage, type RheaSender, types } from './rhea-internals.ts';

/** Condition of a refusal to the HTTP-like status of a management answer. */
const STATUS_CODES: Readonly<Record<string, number>> = {
  'com.microsoft:argument-error': 400,
  'amqp:not-allowed': 400,
  'amqp:not-found': 404,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:entity-already-exists': 409,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:session-lock-lost': 410,
  'amqp:not-implemented': 501,
};

export interface PutToken {
  /** `jwt` of an identity, `servicebus.windows.net:sastoken` of a key. */
  readonly type: string;
  readonly token: string;
  /** What it is to open: an address such as `sb://localhost/orders`. */
  readonly audience: string;
}

export type CheckToken = (put: PutToken) => boolean;

interface Answering {
  /** Of $management; undefined for $cbs. */
  readonly entity: Entity | undefined;
  readonly checkToken: CheckToken;
  readonly report: ReportFault;
}

type RequestNode = Exclude<Node, { kind: 'entity' }>;

/** Reply links by session and node: a request is answered on a link of the same session. */
const replyNodes = new WeakMap<RheaLink, RequestNode>();

/** A link on which a client receives answers. */
export function openReplyLink(link: RheaSender, node: RequestNode): void {
  replyNodes.set(link, node);
}

/** A link on which a client sends requests to $cbs or to an entity's $management. */
export function openRequestLink(link: RheaLink, node: RequestNode, { entity, checkToken, report }: Answering): void {
  link.on('message', ({ delivery, message }: RheaEvent) => {
    delivery.update(true, outcomes.accepted().described());
    const request = Buffer.isBuffer(message) ? {} : message;
    const reply = findReplyLink(link, node, request.reply_to);
    if (!reply) {
      report('answer a request', new Error(`No link to answer on for ${node.address}.`));
      return;
    }
    if (entity) answerManagement(reply, entity, request, report);
    else authorize(reply, request, checkToken);
  });
}

/** .NET casts the status to int without looking. */
function authorize(reply: RheaSender, request: RheaMessage, checkToken: CheckToken): void {
  const { type, name } = request.application_properties ?? {};
  const isGood = checkToken({ type: String(type), token: String(request.body), audience: String(name) });
  const [status, description] = isGood ? [202, 'Accepted'] : [401, 'The token was refused.'];
  send(reply, request, { 'status-code': types.wrap_int(status), 'status-description': description });
}

function answerManagement(reply: RheaSender, entity: Entity, request: RheaMessage, report: ReportFault): void {
  const properties = request.application_properties ?? {};
  const operation = String(properties.operation);
  const tracking = { 'com.microsoft:tracking-id': properties['com.microsoft:tracking-id'] ?? randomUUID() };
  try {
    const body = manage(entity, operation, request.body);
    const status = body
      ? { statusCode: types.wrap_int(200), statusDescription: 'OK' }
      : { statusCode: types.wrap_int(204), statusDescription: 'NoContent' };
    entity.broker.journal.whenDurable(() => {
      if (isConnected(reply)) send(reply, request, { ...tracking, ...status }, body ?? {});
    });
  } catch (error) {
    const { condition, description } = toAmqpError(error, `do ${operation}`, report);
    send(reply, request, {
      ...tracking,
      statusCode: types.wrap_int(STATUS_CODES[condition] ?? 500),
      statusDescription: description,
      errorCondition: types.wrap_symbol(condition),
    });
  }
}

function send(reply: RheaSender, request: RheaMessage, properties: Record<string, unknown>, body?: unknown): void {
  reply.send({ correlation_id: request.message_id, application_properties: properties, body });
}

/** By link name or target address as the request says, else any link of the session to the same node. */
function findReplyLink(link: RheaLink, node: RequestNode, replyTo: string | undefined): RheaSender | undefined {
  const isReply = (other: RheaLink): boolean =>
    other.is_sender() && replyNodes.get(other)?.address === node.address && other.is_open();
  const isNamed = (other: RheaLink): boolean =>
    isReply(other) &&
    (other.remote.attach.name === replyTo ||
      normalizeAddress(other.remote.attach.target?.address) === normalizeAddress(replyTo));
  const found = link.session.find_link(isNamed) ?? link.session.find_link(isReply);
  return found as RheaSender | undefined;
}
