import { FilterError } from './filter-sql-lexer.ts';
import type { PropertyView, SystemProperty } from './message.ts';

export type PropertyReference =
  | { readonly scope: 'system'; readonly name: SystemProperty }
  | { readonly scope: 'application'; readonly name: string };

const SYSTEM_PROPERTIES: Readonly<Record<string, SystemProperty>> = {
  messageid: 'messageId',
  to: 'to',
  subject: 'subject',
  label: 'subject',
  replyto: 'replyTo',
  correlationid: 'correlationId',
  contenttype: 'contentType',
  sessionid: 'sessionId',
  replytosessionid: 'replyToSessionId',
};

/** `sys.X` is a system property; `user.x` and `x` are application properties. Throws FilterError. */
export function toPropertyReference(sql: string, parts: readonly string[]): PropertyReference {
  const scope = parts.length > 1 ? parts[0]?.toLowerCase() : undefined;
  const rest = parts.slice(1).join('.');
  if (scope === 'user') return { scope: 'application', name: rest };
  if (scope !== 'sys') return { scope: 'application', name: parts.join('.') };
  const name = SYSTEM_PROPERTIES[rest.toLowerCase()];
  if (!name) {
    throw new FilterError(
      `'${sql}' is not valid: 'sys.${rest}' is not a system property that a rule can use (sys.MessageId, sys.CorrelationId, sys.Label, sys.To, sys.ReplyTo, sys.ContentType, sys.SessionId, sys.ReplyToSessionId).`,
    );
  }
  return { scope: 'system', name };
}

/** Property names are not case-sensitive in SQL; an exact match wins over a match that ignores case. */
export function readProperty(properties: PropertyView, reference: PropertyReference): unknown {
  if (reference.scope === 'system') return properties.system[reference.name];
  const { application } = properties;
  if (Object.hasOwn(application, reference.name)) return application[reference.name];
  const wanted = reference.name.toLowerCase();
  for (const name in application) if (name.toLowerCase() === wanted) return application[name];
  return undefined;
}
