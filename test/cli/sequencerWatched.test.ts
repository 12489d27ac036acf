/** The health and metrics endpoints of a sequencer. */

import { createEmptyDatabase } from '../support/database.ts';
import type { FeedDatabase } from '../support/feed.ts';
import { readFigures } from '../support/metrics.ts';
import { openPsql } from '../support/psql.ts';
import { type SequencerProcess, startSequencerProcess } from '../support/sequencerProcess.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('sequencers', (): SequencerProcess[] => []);

it.afterEach(async ({ sequencers }) => {
  for (const sequencer of sequencers) await sequencer.end('SIGKILL');
});

function start(sequencers: SequencerProcess[], db: FeedDatabase, url = db.url): SequencerProcess {
  const sequencer = startSequencerProcess({ DATABASE_URL: url, HOST: '127.0.0.1' }, ['--port', '0']);
  sequencers.push(sequencer);
  return sequencer;
}

async function ask(sequencer: SequencerProcess, path: string) {
  const response = await fetch(`${await sequencer.url}${path}`);
  return { status: response.status, body: await response.json() };
}

const ready = (sequencer: SequencerProcess) => expect.poll(() => ask(sequencer, '/readyz'));

const WELL = { database: true, migrations: true, election: true, sequencer: true };

it('a sequencer serves its health and metrics, leading or standing by', async ({
  sequencers,
  feedDatabase: db,
}) => {
  const leader = start(sequencers, db);
  await leader.leading;
  const standby = start(sequencers, db);
  await standby.standingBy;
  const organizationId = await db.organization();
  await db.sessions(organizationId, 3);
  await db.drained();

  for (const sequencer of [leader, standby]) {
    await ready(sequencer).toEqual({ status: 200, body: { ready: true, checks: WELL } });
    expect(await ask(sequencer, '/healthz')).toEqual({ status: 200, body: { alive: true } });
    expect((await ask(sequencer, '/graphql')).status).toBe(404);
  }
  const figures = await Promise.all([leader, standby].map(async ({ url }) => readFigures(await url)));
  const both = (series: string) => figures.map((figure) => figure(series));
  expect(both('muster_feed_leading')).toEqual([1, 0]);
  expect(both('muster_feed_sequenced_changes_total')).toEqual([4, 0]);
  expect(both('muster_feed_head_position')).toEqual([4, 4]);
  expect(both('muster_feed_outbox_changes')).toEqual([0, 0]);
  expect(both('muster_feed_bus_delivering')).toEqual([0, 0]);
  for (const figure of figures) expect(figure('process_cpu_seconds_total')).toBeGreaterThan(0);
  // A sequencer has no subscribers, so it has no metrics of them.
  const text = await (await fetch(`${await leader.url}/metrics`)).text();
  expect(text).not.toMatch(/muster_(live|feed_(streams|organizations|delivered|gaps|head_age))/);

  await leader.end('SIGTERM');
  await standby.leading;
  await ready(standby).toMatchObject({ status: 200 });
  expect((await readFigures(await standby.url))('muster_feed_leading')).toBe(1);
});

describe('a sequencer reports that it is not ready', () => {
  it('while changes get no positions', async ({ sequencers, feedDatabase: db }) => {
    const sequencer = start(sequencers, db);
    await sequencer.leading;
    await using psql = await openPsql(db.url);
    await psql('BEGIN');
    await psql('SELECT FROM feed_head FOR UPDATE');
    await db.organization().then((id) => db.sessions(id, 1));
    await db.pool.query(`UPDATE change_outbox SET occurred_at = now() - interval '1 minute'`);
    await ready(sequencer).toEqual({
      status: 503,
      body: { ready: false, checks: { ...WELL, sequencer: false } },
    });
    expect((await ask(sequencer, '/healthz')).status).toBe(200);
    await psql('COMMIT');
    await ready(sequencer).toMatchObject({ status: 200 });
  });

  it('while the database refuses its connections', async ({ sequencers, feedDatabase: db }) => {
    const sequencer = start(sequencers, db);
    await sequencer.leading;
    const name = new URL(db.url).pathname.slice(1);
    const elsewhere = new URL(db.url);
    elsewhere.pathname = '/postgres';
    await using admin = await openPsql(elsewhere.href);
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await ready(sequencer).toEqual({
      status: 503,
      body: {
        ready: false,
        checks: { database: false, migrations: false, election: false, sequencer: false },
      },
    });
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await ready(sequencer).toEqual({ status: 200, body: { ready: true, checks: WELL } });
  });

  it('on a database that is not migrated', async ({ sequencers, feedDatabase: db }) => {
    const empty = await createEmptyDatabase();
    const sequencer = start(sequencers, db, empty.url);
    await ready(sequencer).toMatchObject({
      status: 503,
      body: { checks: { database: true, migrations: false } },
    });
    await sequencer.end('SIGTERM');
    await empty.drop();
  });
});

it('a sequencer without --port serves no health and metrics', async ({ sequencers, feedDatabase: db }) => {
  const sequencer = startSequencerProcess({ DATABASE_URL: db.url, PORT: '0' });
  sequencers.push(sequencer);
  await sequencer.leading;
  const { messages } = await sequencer.end('SIGTERM');
  expect(messages).not.toContain('serving health and metrics');
});
