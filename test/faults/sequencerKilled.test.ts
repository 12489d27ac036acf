/** The sequencer is killed repeatedly, at any moment, also between its commit and its publish. */
import { Redis } from 'ioredis';
import { expect, inject, it } from 'vitest';
import type { Place } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';

const KILLS = scaled(2, 40);
/** The least number of changes between two kills, so that the standby leads by then or is about to. */
const CHANGES_BETWEEN = 200;

const redisUrl = inject('redisUrl') ?? '';

it.skipIf(!redisUrl)(
  'clients receive every change once and in order while sequencers are killed',
  { timeout: TIMEOUT },
  async ({ task }) => {
    await using stage = await openStage({ redisUrl });
    const { place } = stage;
    await using published = await collectPublished(redisUrl, place);
    let leader = stage.sequencer();
    await leader.leading;
    let follower = stage.sequencer();
    const servers = await Promise.all([stage.serve(['--no-sequencer']), stage.serve(['--no-sequencer'])]);
    await follower.standingBy;
    await stage.listen(servers[0].url);
    await stage.listen(servers[1].url, ['muster ws']);

    // The load keeps the sequencer busy most of the time.
    const writing = stage.write({ changes: Number.POSITIVE_INFINITY, writers: 4 });
    const marks: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await writing.reached(writing.committed() + CHANGES_BETWEEN + Math.random() * CHANGES_BETWEEN);
      marks.push(published.head());
      await leader.end('SIGKILL');
      [leader, follower] = [follower, stage.sequencer()];
      await leader.leading;
      await follower.standingBy;
    }
    writing.stop();
    await writing.done;

    const verdict = await stage.settle();
    const hits = await killsThatHit(place, marks, published.positions);
    conclude({ task }, verdict, `${KILLS} kills, ${hits} of them between commit and publish`);
    // With this many kills, some fall between commit and publish.
    expect(hits).toBeGreaterThanOrEqual(scaled(0, 1));
  },
);

/** Subscribes to Redis as a server does, to find stored changes that were never published. */
async function collectPublished(url: string, { organizations }: Place) {
  const redis = new Redis(url);
  const positions = new Map(organizations.map(({ id }) => [id, new Set<number>()]));
  let head = 0;
  redis.on('message', (_channel: string, message: string) => {
    const { organization, first, last } = JSON.parse(message);
    for (let at = first; at <= last; at += 1) positions.get(organization)?.add(at);
    head = Math.max(head, last);
  });
  for (const { id } of organizations) await redis.subscribe(`muster:feed:${id}`);
  return {
    positions,
    head: () => head,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

/** @param marks the last published position at each kill. */
async function killsThatHit(
  { pool }: Place,
  marks: number[],
  published: Map<string, Set<number>>,
): Promise<number> {
  const { rows } = await pool.query(
    'SELECT position::int, organization_id FROM change_log ORDER BY position',
  );
  const hit = new Set<number>();
  for (const { position, organization_id } of rows) {
    if (published.get(organization_id)?.has(position)) continue;
    const kill = marks.findLastIndex((mark) => position > mark);
    if (kill >= 0) hit.add(kill);
  }
  return hit.size;
}
