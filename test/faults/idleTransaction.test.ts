/** A transaction has written and idles. Other changes are delivered at once, and its own after its commit. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { globalId } from '../../src/value/globalId.ts';
import type { Listener } from '../support/faults/listener.ts';
import type { Organization, Place } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { RAISE } from '../support/feed.ts';

/** At about 200 a second. The long version idles for about 20 seconds. */
const CHANGES = scaled(300, 4_000);
const PAUSE_MS = 4;
const IDLE_ROWS = 100;

it('an idle transaction does not delay the changes of others', { timeout: TIMEOUT }, async ({ task }) => {
  await using stage = await openStage();
  const { place } = stage;
  const organization = place.organizations[0] as Organization;
  const servers = await Promise.all([stage.serve(), stage.serve()]);
  await stage.listen(servers[0].url);
  const [listener] = (await stage.listen(servers[1].url, ['raw ws'])) as [Listener];

  const without = await pulse(place, organization, listener);
  const idle = new pg.Client({ connectionString: place.databaseUrl });
  await idle.connect();
  const rows = await place.sessions(organization, IDLE_ROWS);
  await stage.drained();
  await idle.query('BEGIN');
  await idle.query(RAISE, [rows]);
  const beside = await pulse(place, organization, listener);
  const isOfIdle = ({ entityId, count }: { entityId: string; count: number }) =>
    count === 1 && rows.some((id) => globalId('Session', id) === entityId);
  expect(listener.log.filter(isOfIdle)).toEqual([]);
  await idle.query('COMMIT');
  await idle.end();

  const verdict = await stage.settle();
  const ratio = (beside.p99 / without.p99).toFixed(2);
  const formatted = ({ p50, p99 }: Latency) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
  conclude(
    { task },
    verdict,
    `p50 / p99 of the others: ${formatted(without)} ms without, ${formatted(beside)} ms beside it, p99 × ${ratio}`,
  );
  expect(listener.log.filter(isOfIdle)).toHaveLength(IDLE_ROWS);
});

type Latency = { p50: number; p99: number };

/** Raises one counter repeatedly, and returns the time from each commit to its event. */
async function pulse(
  place: Place,
  organization: Organization,
  { log, received }: Listener,
): Promise<Latency> {
  const rows = await place.sessions(organization, 1);
  const id = globalId('Session', rows[0] ?? '');
  const committed: number[] = [0];
  for (let count = 1; count <= CHANGES; count += 1) {
    await place.raise(rows);
    committed.push(performance.now());
    await sleep(PAUSE_MS);
  }
  const last = () => log.find(({ entityId, count }) => entityId === id && count === CHANGES);
  while (!last()) await received((log.at(-1)?.position ?? 0) + 1);
  const latencies = log
    .filter(({ entityId, count }) => entityId === id && count > 0)
    .map(({ at, count }) => at - (committed[count] ?? 0))
    .sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
