/** Two server processes on one database with a real Redis: a claim at one is delivered by the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../support/client.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startGitHub } from '../support/github/github.ts';
import { payloadOf } from '../support/outcome.ts';
import { type MusterProcess, startServer } from '../support/process.ts';
import { freePort, hasRedisServer, type RunningRedis, startRedis } from '../support/redis.ts';
import { createTeamAt, type Team } from '../support/team.ts';
import { Claim, PrChanged, PrSessionChanged } from './documents.ts';

const title = hasRedisServer()
  ? 'two server processes'
  : 'two server processes (skipped: no redis-server on PATH to start and to kill)';

describe.runIf(hasRedisServer())(title, () => {
  let database: TestDatabase;
  let github: Awaited<ReturnType<typeof startGitHub>>;
  let redis: RunningRedis;
  let redisPort: number;
  let servers: MusterProcess[];
  let team: Team;
  let writer: Client;
  let reader: Client;

  beforeAll(async () => {
    database = await createDatabase();
    github = await startGitHub();
    redisPort = await freePort();
    redis = await required(startRedis(redisPort));
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      GITHUB_API_URL: github.url,
      GITHUB_TOKEN: github.token,
    };
    servers = await Promise.all([startServer(env), startServer(env)]);
    const [first, second] = servers as [MusterProcess, MusterProcess];
    team = await createTeamAt(first.url, database.url);
    writer = team.owner;
    reader = team.at(second.url).owner;
  });

  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close()]);
    await Promise.all((servers ?? []).map((server) => server.stop()));
    await redis?.stop();
    await github?.close();
    await database?.drop();
  });

  it('deliver one event with final facts to the subscriber of the other, also while Redis is away', async () => {
    const organizationId = team.id;
    const spawn = async () => (await team.spawn()).id;
    const [first, second, third] = [await spawn(), await spawn(), await spawn()];
    github.setPullRequest({ owner: team.slug, repo: 'rocket', number: 142, title: 'Lift off' });

    const created = await reader.subscribe(PrChanged, { organizationId });
    const passed = await reader.subscribe(PrSessionChanged, { organizationId });

    const claimed = payloadOf(
      (await writer.query(Claim, { sessionId: first, pr: '142' })).claimPR,
      'pullRequest',
    );
    const { prChanged } = await created.event();
    expect(prChanged).toMatchObject({
      type: 'PR_CREATED',
      requestId: claimed.requestId,
      pullRequest: { number: 142, title: 'Lift off', state: 'OPEN' },
    });

    const taken = payloadOf(
      (await writer.query(Claim, { sessionId: second, pr: '#142' })).claimPR,
      'pullRequest',
    );
    const { prSessionChanged } = await passed.event();
    expect(prSessionChanged).toMatchObject({
      requestId: taken.requestId,
      fromSession: { id: first },
      toSession: { id: second },
      pullRequest: { number: 142, session: { id: second } },
    });

    await redis.stop();
    await writer.query(Claim, { sessionId: third, pr: '142' });
    expect((await passed.event()).prSessionChanged).toMatchObject({
      fromSession: { id: second },
      toSession: { id: third },
    });

    redis = await required(startRedis(redisPort));
    await writer.query(Claim, { sessionId: first, pr: '142' });
    expect((await passed.event()).prSessionChanged).toMatchObject({
      fromSession: { id: third },
      toSession: { id: first },
    });

    // A repeated event would arrive before this one.
    await writer.query(Claim, { sessionId: third, pr: '142' });
    expect((await passed.event()).prSessionChanged).toMatchObject({
      fromSession: { id: first },
      toSession: { id: third },
    });
    expect(passed.pending).toEqual([]);
  });
});

async function required(starting: ReturnType<typeof startRedis>): Promise<RunningRedis> {
  const redis = await starting;
  if (!redis) throw new Error('redis-server is gone.');
  return redis;
}
