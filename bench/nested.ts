/**
 * Measures a page of nested lists: `npm run bench -- nested`.
 *
 * Twenty agents with four sessions each, with three pull requests each, with four checks each: 80 to 90 KB. Every server
 * reads the same database, with 8 connections at once and with one. Only Muster authenticates and checks who may read.
 */
import pg from 'pg';
import { startServer } from '../test/support/process.ts';
import { fillNested } from './nested/load.ts';
import { PAGE, POSTGRAPHILE_PAGE } from './nested/page.ts';
import { startChild } from './support/child.ts';
import { cpuMs } from './support/cpu.ts';
import { startDatabase } from './support/database.ts';
import { databaseCpu } from './support/databaseCpu.ts';
import { percentiles, say } from './support/figures.ts';
import { startPeer } from './support/peer.ts';
import type { RequestsAnswer, RequestsOrder } from './support/requests.ts';
import { saturation } from './support/saturation.ts';
import { sayErrors } from './support/serverErrors.ts';
import { sayTable } from './support/table.ts';

const CONNECTIONS = [8, 1];
const ROUNDS = 5;
const ROUND_MS = 1_500;

type Server = { url: string; pid: number; token?: string; body: string };
type Figures = {
  requests: number;
  ms: number;
  cpu: number;
  databaseCpu: number;
  loadCpu: number;
  latencies: number[];
};

await using database = await startDatabase(1);
await using cleanUp = new AsyncDisposableStack();
const admin = new pg.Client({ connectionString: database.url });
await admin.connect();
await fillNested(admin);
await admin.end();

const muster = await startServer({ DATABASE_URL: database.url });
sayErrors(muster.process);
cleanUp.defer(() => muster.stop());
const peer = async (name: string, query = PAGE): Promise<Server> => {
  const { ready } = cleanUp.use(
    await startPeer<never, { url: string; pid: number }>(name, 'nested', { DATABASE_URL: database.url }),
  );
  return { ...ready, body: JSON.stringify({ query }) };
};
const CEILING = 'json_agg passed through';
const servers: Record<string, Server> = {
  [CEILING]: await peer('json-agg'),
  'yoga + graphql-jit over it': await peer('graphql-jit'),
  'PostGraphile 5': await peer('postgraphile', POSTGRAPHILE_PAGE),
  'Pothos + Prisma 7': await peer('pothos'),
  Muster: {
    url: `${muster.url}/graphql`,
    pid: muster.process.pid ?? 0,
    token: database.token,
    body: JSON.stringify({ query: PAGE }),
  },
};
const load = cleanUp.use(
  await startChild<RequestsOrder, RequestsAnswer>(new URL('./support/requests.ts', import.meta.url)),
);
const cpuOfDatabase = await databaseCpu(database.url);

const sizes = new Map<string, string>();
const leaves = new Set<number>();
for (const [name, { body, ...server }] of Object.entries(servers)) {
  const { text } = await load.ask({ ...server, bodies: [body], connections: 1, ms: 60_000, once: true });
  sizes.set(name, `${(text.length / 1_000).toFixed(0)} KB`);
  leaves.add(countLeaves(JSON.parse(text)));
}
if (leaves.size > 1) throw new Error(`The servers answer ${[...leaves].join(', ')} leaves.`);

for (const connections of CONNECTIONS) {
  const found = new Map<string, Figures>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, server] of Object.entries(servers)) {
      const figures = await measure(server, connections);
      // The first round warms up.
      if (round > 0) found.set(name, merged(found.get(name), figures));
    }
  }
  say(`\n${[...leaves].join()} leaves, ${connections} ${connections === 1 ? 'connection' : 'connections'}`);
  sayFigures(found);
}

async function measure({ pid, body, ...server }: Server, connections: number): Promise<Figures> {
  const cpu = async () => [await cpuMs(pid), await cpuOfDatabase(), await cpuMs(load.ready.pid)] as const;
  const before = await cpu();
  const { ms, latencies } = await load.ask({ ...server, bodies: [body], connections, ms: ROUND_MS });
  const after = await cpu();
  return {
    requests: latencies.length,
    ms,
    cpu: after[0] - before[0],
    databaseCpu: after[1] - before[1],
    loadCpu: after[2] - before[2],
    latencies,
  };
}

function merged(a: Figures | undefined, b: Figures): Figures {
  if (!a) return b;
  return {
    requests: a.requests + b.requests,
    ms: a.ms + b.ms,
    cpu: a.cpu + b.cpu,
    databaseCpu: a.databaseCpu + b.databaseCpu,
    loadCpu: a.loadCpu + b.loadCpu,
    latencies: a.latencies.concat(b.latencies),
  };
}

function sayFigures(found: Map<string, Figures>): void {
  const rate = ({ requests, ms }: Figures) => (1_000 * requests) / ms;
  const ceiling = found.get(CEILING);
  sayTable([
    [
      'server',
      'requests/s',
      'of ceiling',
      'p50 ms',
      'p99 ms',
      'CPU ms/request',
      'database CPU',
      'answer',
      'server / load busy, the limit',
    ],
    ...[...found].map(([name, figures]) => {
      const { p50, p99 } = percentiles(figures.latencies);
      return [
        name,
        rate(figures).toFixed(0),
        `${((100 * rate(figures)) / (ceiling ? rate(ceiling) : Number.NaN)).toFixed(0)} %`,
        p50.toFixed(1),
        p99.toFixed(1),
        (figures.cpu / figures.requests).toFixed(2),
        (figures.databaseCpu / figures.requests).toFixed(2),
        sizes.get(name) ?? '',
        saturation(figures),
      ];
    }),
  ]);
}

function countLeaves(value: unknown): number {
  if (value === null || typeof value !== 'object') return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countLeaves(each), 0);
}
