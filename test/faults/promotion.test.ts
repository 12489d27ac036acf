/** The primary is lost and a standby is promoted: a new epoch, whether or not commits were lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { decodeCursor } from '../../src/feed/log/cursor.ts';
import { migrate } from '../../src/migrations/migrations.ts';
import { createLogger } from '../../src/observe/log.ts';
import { Changes } from '../live/documents.ts';
import { until } from '../support/feed.ts';
import { type Proxy as Network, startProxy } from '../support/proxy.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import { type Standby, startStandby } from '../support/standby.ts';
import type { Subscription } from '../support/subscription.ts';
import { createTeamAt, type Team } from '../support/team.ts';

/** Subscribers get only SESSION_UPDATED, with the session's counter. */
const types = ['SESSION_UPDATED' as const];

let dataDir: string;
let primary: EmbeddedPostgres;
let standby: Standby;
/** The network between the primary and its standby. */
let link: Network;
/** The network between the app and the current database. */
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
  await app.ready();
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

/** Writes directly to the database, past the app and its network. */
async function write(url: string, count: number): Promise<void> {
  await using psql = await openPsql(url);
  await psql('UPDATE session SET branch = $2::int::text WHERE id = $1', [sessionId, count]);
}

const listen = (after?: string) => team.owner.subscribe(Changes, { organizationId: team.id, types, after });

type ReceivedEvent = { count: number; epoch?: string; position?: number; cursor: string };

async function nextEvent(subscription: Awaited<ReturnType<typeof listen>>): Promise<ReceivedEvent> {
  const { changes } = await subscription.event();
  const { branch } = (changes.payload as { row: { branch: string } }).row;
  return { count: Number(branch), cursor: changes.cursor, ...decodeCursor(changes.cursor) };
}

/** Every change of the feed from its beginning up to this count. */
async function hearUpTo(last: number, after?: string): Promise<ReceivedEvent[]> {
  const subscription = await listen(after);
  const received: ReceivedEvent[] = [];
  while (received.at(-1)?.count !== last) received.push(await nextEvent(subscription));
  await subscription.stop();
  return received;
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

/** Breaks the app's connections and routes new ones to another server. */
function switchOver(): void {
  network.leadTo(standby.url);
  network.cut();
}

describe('a promotion', () => {
  it('that lost the newest commits ends every subscription and expires every old cursor', async () => {
    const live = await listen();
    const start = app.feed.encode(0);
    await write(primary.url, 1);
    const kept = await hearPast(live, 1);
    await standby.caughtUp();

    link.leadTo(undefined);
    link.cut();
    await write(primary.url, 2);
    await write(primary.url, 3);
    const lost = [await nextEvent(live), await nextEvent(live)];
    expect(lost.map(({ count }) => count)).toEqual([2, 3]);
    expect(lost.every(({ epoch }) => epoch === kept.epoch)).toBe(true);
    const idle = await listen();

    await standby.promote();
    switchOver();
    // The old primary keeps running, unreachable, and continues its own history.
    await write(primary.url, 4);

    const oldestCursor = await expectExpired(live);
    await expectExpired(idle);
    for (const { cursor } of [kept, ...lost])
      expect(await expectExpired(await listen(cursor))).toBe(oldestCursor);
    expect(await expectExpired(await listen(start))).toBe(oldestCursor);

    // The new epoch assigns the lost changes' positions to other changes.
    const fresh = await listen();
    await write(standby.url, 20);
    const first = await nextEvent(fresh);
    expect(first).toMatchObject({ count: 20, position: lost[0]?.position });
    expect(first.epoch).not.toBe(kept.epoch);
    const all = await hearUpTo(20, oldestCursor);
    expect(all.map(({ count }) => count)).toEqual([0, 1, 20]);
    expect(new Set(all.map(({ epoch }) => epoch))).toEqual(new Set([first.epoch]));
    expect(fresh.pending).toEqual([]);
  });

  it('that lost nothing starts another epoch too, because the server cannot prove it', async () => {
    const live = await listen();
    await write(primary.url, 1);
    const last = await hearPast(live, 1);
    // An orderly switch-over: the primary stops when its standby has everything.
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

    // The app continues to sequence and to serve.
    await until(() => app.feed.status().isSequencing);
    await (await createTeamAt(app.url, standby.url)).spawn();
  });
});

/** The event of this count. The one that sets the counter to 0 may come before it. */
async function hearPast(
  subscription: Awaited<ReturnType<typeof listen>>,
  count: number,
): Promise<ReceivedEvent> {
  for (;;) {
    const received = await nextEvent(subscription);
    if (received.count === count) return received;
  }
}
