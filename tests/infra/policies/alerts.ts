import { type Policy, valueAt, withoutToken } from '../deployment.ts';

const onEveryServer = ['alert-postgresql-cpu', 'alert-postgresql-storage'];
const expected = [
  'alert-response-time',
  'alert-error-rate',
  'alert-health',
  'alert-stuck-orders',
  'alert-unsent-events',
  'alert-dead-letters',
  'alert-dead-letter-depth',
  'alert-broken-books',
  'alert-backup-missing',
];

/** Every alert is there, switched on, and tells somebody. */
export const alerts: Policy = {
  name: 'alerts',
  violations({ resources }) {
    const servers = resources.filter(({ type }) => type === 'Microsoft.DBforPostgreSQL/flexibleServers');
    const all = [...expected, ...servers.flatMap((_, index) => onEveryServer.map((name) => `${name}-${index + 1}`))];
    const working = resources
      .filter(({ type }) => /^Microsoft\.Insights\/(scheduledQueryRules|metricAlerts)$/.test(type))
      .filter((alert) => {
        const told = JSON.stringify(valueAt(alert, 'properties.actions') ?? '');
        return valueAt(alert, 'properties.enabled') === true && told.includes('/actionGroups/');
      })
      .map(({ name }) => withoutToken(name));
    return all.filter((name) => !working.includes(name)).map((name) => `${name} tells nobody.`);
  },
};
