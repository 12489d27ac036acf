import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { TEST_LIMIT_MS, WAIT_LIMIT_MS } from './test/support/waitLimit.ts';

/*
 * The databases of the tests have hostile settings. A test's own connections have them too, except what their driver needs
 * to read values. At the level SERIALIZABLE, their statements would fail when the server changes the same row.
 */
const PGOPTIONS = [
  'default_transaction_isolation=read\\ committed',
  'DateStyle=ISO',
  'IntervalStyle=postgres',
  'extra_float_digits=1',
  'standard_conforming_strings=on',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

export default defineConfig({
  resolve: {
    // Vite would take graphql's ES modules for our files while Node.js takes its CommonJS for everybody else's, and
    // then an error of ours is no GraphQLError to them.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    expect: { poll: { timeout: WAIT_LIMIT_MS } },
    include: ['test/**/*.test.ts'],
    // For the connections that the tests open themselves.
    env: { PGOPTIONS },
    globalSetup: ['test/support/servers.ts'],
    // Files share a process and its loaded modules: importing the server anew took a third of the suite's time. What
    // a test needs for itself it gets from a fixture, which has a database of its own.
    isolate: false,
    // Tests of servers wait more than they work: three files run at once on two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    teardownTimeout: WAIT_LIMIT_MS,
  },
});
