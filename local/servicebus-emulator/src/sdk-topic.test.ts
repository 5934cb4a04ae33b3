import type { RuleProperties } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { receive, receiveOne, withEmulator } from './sdk.fixture.ts';

const correlated = {
  Name: 'r',
  Properties: {
    FilterType: 'Correlation',
    CorrelationFilter: { Label: 'reserved', Properties: { region: 'eu' } },
  },
};
const sql = {
  Name: 'r',
  Properties: {
    FilterType: 'Sql',
    SqlFilter: { SqlExpression: "sys.Label = 'reserved' AND quantity > 5" },
    Action: { SqlExpression: "SET size = 'big'; SET sys.To = 'warehouse'" },
  },
};
const running = withEmulator({
  Topics: [
    {
      Name: 'stock',
      Properties: {},
      Subscriptions: [
        { Name: 'all', Properties: {} },
        { Name: 'correlated', Properties: {}, Rules: [correlated] },
        { Name: 'sql', Properties: {}, Rules: [sql] },
      ],
    },
    { Name: 'managed', Properties: {}, Subscriptions: [{ Name: 's', Properties: {} }] },
    { Name: 'dead', Properties: {}, Subscriptions: [{ Name: 's', Properties: {} }] },
  ],
});

describe('with the SDK, a topic', () => {
  it('fans out through correlation filters, SQL filters and actions', async () => {
    await running.client.createSender('stock').sendMessages([
      { body: 1, subject: 'reserved', applicationProperties: { region: 'eu', quantity: 3 } },
      { body: 2, subject: 'reserved', applicationProperties: { region: 'us', quantity: 9 } },
      { body: 3, subject: 'other', applicationProperties: { region: 'eu', quantity: 9 } },
    ]);
    const received = async (name: string, count: number): ReturnType<typeof receive> =>
      receive(running.client.createReceiver('stock', name), count);
    expect((await received('all', 3)).map((message) => message.body)).toEqual([1, 2, 3]);
    expect((await received('correlated', 1)).map((message) => message.body)).toEqual([1]);
    const [big] = await received('sql', 1);
    expect(big).toMatchObject({ body: 2, to: 'warehouse', applicationProperties: { size: 'big', quantity: 9 } });
    expect((await running.counts('stock/Subscriptions/sql')).active).toBe(1);
  });

  it('has a dead-letter queue for each subscription', async () => {
    await running.client.createSender('dead').sendMessages({ body: 'd' });
    const receiver = running.client.createReceiver('dead', 's');
    const reason = { deadLetterReason: 'bad', deadLetterErrorDescription: 'very' };
    await receiver.deadLetterMessage(await receiveOne(receiver), reason);
    const dead = running.client.createReceiver('dead', 's', { subQueueType: 'deadLetter' });
    expect(await receiveOne(dead)).toMatchObject({ body: 'd', deadLetterReason: 'bad' });
  });

  it('cannot be received from, and a subscription cannot be sent to', async () => {
    const receiver = running.client.createReceiver('stock');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 500 })).rejects.toThrow(/Cannot create a receiver/);
    const sender = running.client.createSender('stock/Subscriptions/all');
    await expect(sender.sendMessages({ body: 1 })).rejects.toThrow(/Cannot create a message sender/);
  });

  it('has rules that can be listed, removed and added while messages flow', async () => {
    const manager = running.client.createRuleManager('managed', 's');
    const rules = async (): Promise<RuleProperties[]> => {
      const listed: RuleProperties[] = [];
      for await (const rule of manager.listRules()) listed.push(rule);
      return listed;
    };
    expect((await rules()).map((rule) => rule.name)).toEqual(['$Default']);
    await manager.deleteRule('$Default');
    await manager.createRule('by-label', { subject: 'x', applicationProperties: { k: 'v' } });
    await manager.createRule('by-sql', { sqlExpression: 'a = 1' }, { sqlExpression: 'SET z = 9' });
    expect(await rules()).toMatchObject([
      { name: 'by-label', filter: { subject: 'x', applicationProperties: { k: 'v' } } },
      { name: 'by-sql', filter: { sqlExpression: 'a = 1' }, action: { sqlExpression: 'SET z = 9' } },
    ]);
    const sender = running.client.createSender('managed');
    await sender.sendMessages([
      { body: 'neither' },
      { body: 'label', subject: 'x', applicationProperties: { k: 'v' } },
      { body: 'sql', applicationProperties: { a: 1 } },
    ]);
    const received = await receive(running.client.createReceiver('managed', 's'), 2);
    expect(received.map((message) => message.body)).toEqual(['label', 'sql']);
    expect(received[1]?.applicationProperties).toMatchObject({ z: 9, RuleName: 'by-sql' });
    expect((await running.counts('managed/Subscriptions/s')).active).toBe(2);
    await expect(manager.createRule('by-sql', { sqlExpression: '1=1' })).rejects.toThrow(/already exists/);
    await expect(manager.createRule('broken', { sqlExpression: 'a =' })).rejects.toThrow(/expected a value/);
    await expect(manager.deleteRule('missing')).rejects.toThrow(/could not be found/);
  });
});
