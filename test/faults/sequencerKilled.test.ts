/** The sequencer is killed again and again, at any moment: between its commit and its publish too. */
import { Redis } from 'ioredis';
import { expect, inject, it } from 'vitest';
import type { SequencerProcess } from '../support/sequencerProcess.ts';
import type { Place } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';

const KILLS = scaled(4, 100);
/** Written between one kill and the next, at least: whoever follows leads by then, or is about to. */
const CHANGES_BETWEEN = 200;

const redisUrl = inject('redisUrl') ?? '';

it.skipIf(!redisUrl)('a sequencer that is killed', { timeout: TIMEOUT }, async ({ task }) => {
  await using stage = await openStage({ redisUrl });
  const { place } = stage;
  await using published = await hearPublished(redisUrl, place);
  let leader = stage.sequencer();
  await leader.leading;
  let follower = stage.sequencer();
  const servers = await Promise.all([stage.serve(['--no-sequencer']), stage.serve(['--no-sequencer'])]);
  await follower.standingBy;
  for (const { url } of servers) await stage.listen(url);

  const writing = stage.write({ changes: Number.POSITIVE_INFINITY });
  for (let kill = 0; kill < KILLS; kill += 1) {
    await writing.reached(writing.committed() + CHANGES_BETWEEN + Math.random() * CHANGES_BETWEEN);
    await leader.end('SIGKILL');
    [leader, follower] = [follower, stage.sequencer()];
    await leader.leading;
    await standsBy(follower);
  }
  writing.stop();
  await writing.done;

  const verdict = await stage.settle();
  const hits = await runsNeverPublished(place, published.positions);
  conclude({ task }, verdict, `${KILLS} kills, ${hits} of them between commit and publish`);
  expect(hits).toBeGreaterThan(0);
});

async function standsBy(follower: SequencerProcess): Promise<void> {
  await follower.standingBy;
}

/** Listens as a server does: what is stored and was never heard here, nobody was told of. */
async function hearPublished(url: string, { organizations }: Place) {
  const redis = new Redis(url);
  const positions = new Map(organizations.map(({ id }) => [id, [] as { first: number; last: number }[]]));
  redis.on('message', (_channel: string, message: string) => {
    const { organization, first, last } = JSON.parse(message);
    positions.get(organization)?.push({ first, last });
  });
  for (const { id } of organizations) await redis.subscribe(`muster:feed:${id}`);
  return {
    positions,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

/** How often what was committed was not published: runs of such positions, since a kill loses what was one batch. */
async function runsNeverPublished(
  { pool }: Place,
  published: Map<string, { first: number; last: number }[]>,
): Promise<number> {
  const { rows } = await pool.query(
    'SELECT position::int, organization_id FROM change_log ORDER BY position',
  );
  const covered = new Map(
    [...published].map(([id, ranges]) => {
      const positions = new Set<number>();
      for (const { first, last } of ranges) for (let at = first; at <= last; at += 1) positions.add(at);
      return [id, positions];
    }),
  );
  const begin = Math.min(...[...published.values()].flat().map(({ first }) => first));
  let runs = 0;
  let wasPublished = true;
  for (const { position, organization_id } of rows) {
    if (position < begin) continue;
    const isPublished = covered.get(organization_id)?.has(position) ?? false;
    if (!isPublished && wasPublished) runs += 1;
    wasPublished = isPublished;
  }
  return runs;
}
