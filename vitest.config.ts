import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,functions-order,functions-inventory,grpc-inventory-host,local,tests}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['./tests/setup/postgres.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
