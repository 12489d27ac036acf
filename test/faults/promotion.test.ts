/** The primary is lost, and a standby takes its place: another history, whether or not it lacks something. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { decodeCursor } from '../../src/feed/log/cursor.ts';
import { migrate } from '../../src/migrations.ts';
import { createLogger } from '../../src/observe/log.ts';
import { Changes } from '../live/documents.ts';
import { until } from '../support/feed.ts';
import { type Proxy as Network, startProxy } from '../support/proxy.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import { type Standby, startStandby } from '../support/standby.ts';
import type { Subscription } from '../support/subscription.ts';
import { createTeamAt, type Team } from '../support/team.ts';

/** Those who listen get SESSION_UPDATED alone: each tells how far the session's counter has come. */
const types = ['SESSION_UPDATED' as const];

let dataDir: string;
let primary: EmbeddedPostgres;
let standby: Standby;
/** Between the primary and its standby. */
let link: Network;
/** Between the app and whichever is the database. */
let network: Network;
let app: App;
let team: Team;
let sessionId: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-promotion-'));
  primary = await startEmbeddedPostgres({ dataDir, log: () => {}, settings: { max_connections: '50' } });
  await migrate(primary.url);
  link = await startProxy(primary.url);
  network = await startProxy(primary.url);
  standby = await startStandby(primary, link.url);
  const databaseUrl = new URL(primary.url);
  databaseUrl.port = new URL(network.url).port;
  app = await startApp(
    {
      databaseUrl: databaseUrl.href,
      host: '127.0.0.1',
      port: 0,
      scm: 'demo',
      github: { apiUrl: 'https://api.github.invalid' },
    },
    createLogger({ level: 'silent' }),
  );
  team = await createTeamAt(app.url, primary.url);
  sessionId = uuidOf((await team.spawn()).id);
  await write(primary.url, 0);
});

afterEach(async () => {
  await team?.owner.close();
  await app?.close();
  await network?.[Symbol.asyncDispose]();
  await standby?.stop();
  await link?.[Symbol.asyncDispose]();
  await primary?.stop();
  if (primary) await rm(primary.directory, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
});

/** As another program does, past the app and its network. */
async function write(url: string, count: number): Promise<void> {
  await using psql = await openPsql(url);
  await psql('UPDATE session SET branch = $2::int::text WHERE id = $1', [sessionId, count]);
}

const listen = (after?: string) => team.owner.subscribe(Changes, { organizationId: team.id, types, after });

type Heard = { count: number; epoch?: string; position?: number; cursor: string };

async function hear(subscription: Awaited<ReturnType<typeof listen>>): Promise<Heard> {
  const { changes } = await subscription.event();
  const { branch } = (changes.payload as { row: { branch: string } }).row;
  return { count: Number(branch), cursor: changes.cursor, ...decodeCursor(changes.cursor) };
}

/** Everything the feed has to tell from its beginning, up to this count. */
async function hearUpTo(last: number, after?: string): Promise<Heard[]> {
  const subscription = await listen(after);
  const heard: Heard[] = [];
  while (heard.at(-1)?.count !== last) heard.push(await hear(subscription));
  await subscription.stop();
  return heard;
}

async function expectExpired(subscription: Subscription<unknown>): Promise<string> {
  const result = await subscription.next();
  expect(result?.data ?? undefined).toBeUndefined();
  expect(result?.errors?.[0]?.extensions).toMatchObject({
    code: 'CURSOR_EXPIRED',
    oldestCursor: expect.any(String),
  });
  expect(await subscription.next()).toBeUndefined();
  return result?.errors?.[0]?.extensions?.oldestCursor as string;
}

/** The app's connections break, and where they led to is another server now. */
function switchOver(): void {
  network.leadTo(standby.url);
  network.cut();
}

describe('a promotion', () => {
  it('that lost the newest commits ends what listened, and tells every old cursor', async () => {
    const live = await listen();
    const start = app.feed.encode(0);
    await write(primary.url, 1);
    const kept = await hearPast(live, 1);
    await standby.caughtUp();

    link.leadTo(undefined);
    link.cut();
    await write(primary.url, 2);
    await write(primary.url, 3);
    const lost = [await hear(live), await hear(live)];
    expect(lost.map(({ count }) => count)).toEqual([2, 3]);
    expect(lost.every(({ epoch }) => epoch === kept.epoch)).toBe(true);
    const idle = await listen();

    await standby.promote();
    switchOver();
    // The old one lives on, unseen, and goes on with its own history.
    await write(primary.url, 4);

    const oldestCursor = await expectExpired(live);
    await expectExpired(idle);
    for (const { cursor } of [kept, ...lost])
      expect(await expectExpired(await listen(cursor))).toBe(oldestCursor);
    expect(await expectExpired(await listen(start))).toBe(oldestCursor);

    // The new history gives the lost changes' positions again, to others.
    const fresh = await listen();
    await write(standby.url, 20);
    const first = await hear(fresh);
    expect(first).toMatchObject({ count: 20, position: lost[0]?.position });
    expect(first.epoch).not.toBe(kept.epoch);
    const all = await hearUpTo(20, oldestCursor);
    expect(all.map(({ count }) => count)).toEqual([0, 1, 20]);
    expect(new Set(all.map(({ epoch }) => epoch))).toEqual(new Set([first.epoch]));
    expect(fresh.pending).toEqual([]);
  });

  it('that lost nothing is another history all the same: nothing could prove that it did not', async () => {
    const live = await listen();
    await write(primary.url, 1);
    const last = await hearPast(live, 1);
    // In order: the primary ends when its standby has everything.
    network.leadTo(undefined);
    await primary.stop();
    await standby.promote();
    switchOver();

    const oldestCursor = await expectExpired(live);
    expect(await expectExpired(await listen(last.cursor))).toBe(oldestCursor);
    const all = await hearUpTo(1, oldestCursor);
    expect(all.map(({ count }) => count)).toEqual([0, 1]);
    expect(all.at(-1)).toMatchObject({ position: last.position });
    expect(all.at(-1)?.epoch).not.toBe(last.epoch);

    // And the app works on: it sequences, and serves what it is asked.
    await until(() => app.feed.status().isSequencing);
    await (await createTeamAt(app.url, standby.url)).spawn();
  });
});

/** The change of this count; the counter's beginning may have come before it. */
async function hearPast(subscription: Awaited<ReturnType<typeof listen>>, count: number): Promise<Heard> {
  for (;;) {
    const heard = await hear(subscription);
    if (heard.count === count) return heard;
  }
}
