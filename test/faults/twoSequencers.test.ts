/** Two sequencers compete: the leader is suspended, replaced, and resumes as if it still led. */
import { expect, it } from 'vitest';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { until } from '../support/feed.ts';

const ROUNDS = scaled(5, 100);
const CHANGES_BETWEEN = 200;

it('a leader that is suspended, replaced and resumed breaks no order', { timeout: TIMEOUT }, async ({
  task,
}) => {
  await using stage = await openStage();
  const { pool } = stage.place;
  const servers = await Promise.all([stage.serve(), stage.serve()]);
  for (const { url } of servers) await stage.listen(url, ['muster ws', 'raw sse']);

  /** The backend that holds the leader's lock, and its client process. */
  async function leader(): Promise<{ pid: number; port: number } | undefined> {
    const { rows } = await pool.query(
      `SELECT a.pid, a.client_port AS port FROM pg_stat_activity a JOIN pg_locks l USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'muster sequencer'
          AND a.datname = current_database()`,
    );
    return rows[0];
  }

  const writing = stage.write({ changes: Number.POSITIVE_INFINITY });
  const led = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await writing.reached(writing.committed() + CHANGES_BETWEEN);
    await until(async () => (await leader()) !== undefined);
    const old = (await leader())?.pid ?? 0;
    led.add(old);
    // It learns of this only when it is resumed, in the middle of a leader's work.
    for (const { process } of servers) if (round % 2 === 0) process.kill('SIGSTOP');
    await pool.query('SELECT pg_terminate_backend($1)', [old]);
    for (const { process } of servers) process.kill('SIGCONT');
    await until(async () => ![undefined, old].includes((await leader())?.pid));
  }
  writing.stop();
  await writing.done;
  const verdict = await stage.settle();
  conclude({ task }, verdict, `${ROUNDS} changes of leadership`);
  expect(led.size).toBe(ROUNDS);
});
