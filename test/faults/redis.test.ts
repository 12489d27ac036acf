/** Redis restarts, ends the subscribers' connections, and stays down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { until } from '../support/feed.ts';
import { readFigures } from '../support/metrics.ts';
import { freePort, hasRedisServer, startRedis } from '../support/redis.ts';

const ROUNDS = scaled(2, 20);
const CHANGES_BETWEEN = 300;
const AWAY_MS = scaled(0, 60_000);

it.skipIf(!hasRedisServer())(
  'clients receive every change once and in order while Redis restarts',
  { timeout: TIMEOUT },
  async ({ task }) => {
    const port = await freePort();
    let redis = await startRedis(port);
    const redisUrl = `redis://127.0.0.1:${port}`;
    await using stage = await openStage({ redisUrl });
    const servers = await Promise.all([stage.serve(), stage.serve(['--no-sequencer'])]);
    for (const { url } of servers) await stage.listen(url);
    const writing = stage.write({ changes: Number.POSITIVE_INFINITY, pauseMs: 10 });
    const more = () => writing.reached(writing.committed() + CHANGES_BETWEEN);
    const isSubscribed = () =>
      until(async () => {
        const figures = await Promise.all(servers.map(({ url }) => readFigures(url)));
        return figures.every((figure) => figure('muster_feed_bus_delivering') === 1);
      });

    let killed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await isSubscribed();
      await more();
      const admin = new Redis(redisUrl);
      killed += Number(await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      admin.disconnect();
      await more();
      await redis?.stop();
      redis = await startRedis(port);
      await more();
    }
    await redis?.stop();
    await more();
    await sleep(AWAY_MS);
    redis = await startRedis(port);
    await isSubscribed();
    await more();
    writing.stop();
    await writing.done;

    const verdict = await stage.settle();
    conclude({ task }, verdict, `${ROUNDS + 1} restarts, ${killed} connections killed`);
    expect(killed).toBeGreaterThanOrEqual(ROUNDS);
    await redis?.stop();
  },
);
