import type { Entity } from './entity.ts';
import type { MessageContent } from './message.ts';

export interface RoutedCopy {
  readonly entity: Entity;
  readonly content: MessageContent;
}

/** Where a message ends up: through the rules of a topic's subscriptions and along ForwardTo. */
export function route(target: Entity, content: MessageContent): RoutedCopy[] {
  if (target.kind === 'topic') {
    return target.subscriptions.flatMap((subscription) =>
      copiesFor(subscription, content).flatMap((copy) => forward(subscription, copy)),
    );
  }
  return forward(target, content);
}

/** The configuration has no forwarding cycle, so this ends. */
function forward(entity: Entity, content: MessageContent): RoutedCopy[] {
  const { forwardTo } = entity.settings;
  return forwardTo === undefined ? [{ entity, content }] : route(entity.broker.get(forwardTo), content);
}

/** One copy if any rule without an action matches, and one more for each matching rule that has an action. */
function copiesFor(subscription: Entity, content: MessageContent): MessageContent[] {
  const copies: MessageContent[] = [];
  let hasPlainCopy = false;
  for (const rule of subscription.rules.values()) {
    if (!rule.matchesAll && !rule.matches(content.properties())) continue;
    if (rule.act) {
      const { system = {}, application } = rule.act(content.properties());
      copies.push(content.with({ system, application: { ...application, RuleName: rule.definition.name } }));
    } else if (!hasPlainCopy) {
      hasPlainCopy = true;
      copies.push(content);
    }
  }
  return copies;
}
