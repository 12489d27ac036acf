/** PostgreSQL crashes, is stopped immediately, and ends its connections. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { clusterIn } from '../../src/embedded/cluster.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { migrate } from '../../src/migrations/migrations.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { until } from '../support/feed.ts';
import { startProxy } from '../support/proxy.ts';

const ROUNDS = scaled(1, 15);
const CHANGES_BETWEEN = 300;

it('clients receive every change once and in order while PostgreSQL crashes and restarts', {
  timeout: TIMEOUT,
}, async ({ task }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-faults-'));
  // Without fsync, commits survive a crash of the server but not of the machine.
  const start = () =>
    startEmbeddedPostgres({ dataDir, log: () => {}, settings: { fsync: 'off', max_connections: '150' } });
  let postgres = await start();
  await migrate(postgres.url);
  try {
    // It restarts on another port.
    await using network = await startProxy(postgres.url);
    const databaseUrl = new URL(postgres.url);
    databaseUrl.port = new URL(network.url).port;
    await using stage = await openStage({ databaseUrl: databaseUrl.href });
    const { pool } = stage.place;
    const servers = await Promise.all([stage.serve(), stage.serve()]);
    const listeners = [...(await stage.listen(servers[0].url)), ...(await stage.listen(servers[1].url))];
    const writing = stage.write({ changes: Number.POSITIVE_INFINITY, pauseMs: 10 });
    const more = () => writing.reached(writing.committed() + CHANGES_BETWEEN);
    const ask = async (sql: string) => {
      for (;;) {
        try {
          return (await pool.query(sql)).rows;
        } catch {
          // This pool's connections were ended too.
        }
      }
    };

    for (let round = 0; round < ROUNDS; round += 1) {
      await more();
      await ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE pid <> pg_backend_pid() AND datname = current_database()`,
      );

      await more();
      // When one backend is killed, PostgreSQL restarts all of them, because shared memory may be corrupt.
      const rows = await ask(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'muster sequencer'
          ORDER BY random() LIMIT 1`,
      );
      if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');

      await more();
      const [pid = ''] = (
        await readFile(join(clusterIn(postgres.directory).data, 'postmaster.pid'), 'utf8')
      ).split('\n');
      process.kill(Number(pid), 'SIGQUIT');
      await until(() => isGone(Number(pid)));
      postgres = await start();
      network.leadTo(postgres.url);
    }
    await more();
    writing.stop();
    await writing.done;
    const verdict = await stage.settle();
    const reconnects = listeners.reduce((sum, each) => sum + each.reconnects(), 0);
    conclude(
      { task },
      verdict,
      `${ROUNDS} of each: connections ended, crash, immediate stop; ${reconnects} reconnects`,
    );
  } finally {
    await postgres.stop();
    await rm(postgres.directory, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
});

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}
