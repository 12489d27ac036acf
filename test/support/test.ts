/**
 * The test function of this suite, and its fixtures. A test names what it needs in its first argument; Vitest starts
 * that, and what it depends on, before the test and stops it afterwards:
 *
 *     test('a session is named after its project', async ({ team }) => {
 *       expect(await team.spawn()).toMatchObject({ name: 'rocket-1' });
 *     });
 *
 * A file that needs another configuration extends this function: `test.extend('config', { scope: 'file' }, { redis: true })`.
 */
import { test as base } from 'vitest';
import { startTestApp, type TestConfig } from './app.ts';
import { makeContainers } from './containers.ts';
import { createDatabase } from './database.ts';
import { openFeedDatabase } from './feed.ts';
import { startGitHub } from './github/github.ts';
import { type MusterProcess, startServer } from './process.ts';
import { openPsql } from './psql.ts';
import { type SequencerProcess, startSequencerProcess } from './sequencerProcess.ts';
import { type CreateTeam, createTeam } from './team.ts';

export * from 'vitest';

export const test = base
  /** The configuration of the app, besides its database and its GitHub. */
  .extend('config', { scope: 'file' }, (): TestConfig => ({}))
  /** The app's database: a clone of the migrated template. */
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('database', { scope: 'file' }, async ({}, { onCleanup }) => {
    const database = await createDatabase();
    onCleanup(database.drop);
    return database;
  })
  /** The GitHub server that the app reads. The test controls it. */
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('github', { scope: 'file' }, async ({}, { onCleanup }) => {
    const github = await startGitHub();
    onCleanup(github.close);
    return github;
  })
  /** A runtime whose containers are files. The app uses it when `config` names it. */
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('containers', { scope: 'file' }, async ({}, { onCleanup }) => {
    const containers = await makeContainers();
    onCleanup(containers.close);
    return containers;
  })
  /** A connection to the database of the app, as another program would have it. */
  .extend('psql', { scope: 'file' }, async ({ database }, { onCleanup }) => {
    const psql = await openPsql(database.url);
    onCleanup(psql.close);
    return psql;
  })
  /** The server, in this process. */
  .extend('app', { scope: 'file' }, async ({ config, database, github }, { onCleanup }) => {
    const app = await startTestApp({
      databaseUrl: database.url,
      github: { apiUrl: github.url, token: github.token },
      ...config,
    });
    onCleanup(app.close);
    return app;
  })
  /** A second server on the same database. */
  .extend('anotherApp', { scope: 'file' }, async ({ app }, { onCleanup }) => {
    const anotherApp = await app.startAnother();
    onCleanup(anotherApp.close);
    return anotherApp;
  })
  /** Creates one more organization. */
  .extend('createTeam', { scope: 'file' }, ({ app, github, psql }): CreateTeam => {
    return async (owner) => await createTeam({ app, github, psql }, owner ?? (await app.signUp()));
  })
  /** An organization that all tests of a file share. */
  .extend('sharedTeam', { scope: 'file' }, async ({ createTeam }) => await createTeam())
  /** An organization for one test only. */
  .extend('team', async ({ createTeam }) => await createTeam())
  /** A database for one test only. */
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('ownDatabase', async ({}, { onCleanup }) => {
    const database = await createDatabase();
    onCleanup(database.drop);
    return database;
  })
  /** Starts `muster serve` as a process on the database of the test. */
  .extend('startServer', async ({ ownDatabase }, { onCleanup }) => {
    const started: MusterProcess[] = [];
    onCleanup(async () => void (await Promise.all(started.map((each) => each.stop('SIGKILL')))));
    return async (env: Record<string, string> = {}, options: string[] = []) => {
      const server = await startServer({ DATABASE_URL: ownDatabase.url, ...env }, options);
      started.push(server);
      return server;
    };
  })
  /** Starts `muster sequencer` as a process on the database of the test. */
  .extend('startSequencer', async ({ ownDatabase }, { onCleanup }) => {
    const started: SequencerProcess[] = [];
    onCleanup(async () => void (await Promise.all(started.map((each) => each.end('SIGKILL')))));
    return (env: Record<string, string> = {}, options: string[] = []) => {
      const sequencer = startSequencerProcess({ DATABASE_URL: ownDatabase.url, ...env }, options);
      started.push(sequencer);
      return sequencer;
    };
  })
  /** A feed without a server, on a database for one test only. */
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('feedDatabase', async ({}, { onCleanup }) => {
    const feedDatabase = await openFeedDatabase();
    onCleanup(feedDatabase.close);
    return feedDatabase;
  });

export const it = test;
