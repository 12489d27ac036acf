/**
 * Measures the acts of agents: `npm run bench -- acts`.
 *
 * First claims, spawned sessions, reported activities and offboarded agents, by one client and by eight, in turns. Each
 * claim asks a GitHub in another process about the pull request. Each agent has a session and watches a repository.
 */
import { startApp } from '../src/app.ts';
import { createLogger } from '../src/observe/log.ts';
import { startServer } from '../test/support/process.ts';
import { countStatements } from '../test/support/statements.ts';
import { type Act, prepareActs } from './acts/acts.ts';
import { startChild } from './support/child.ts';
import { cpuMs } from './support/cpu.ts';
import { startDatabase } from './support/database.ts';
import { databaseCpu } from './support/databaseCpu.ts';
import { percentiles, say } from './support/figures.ts';
import type { RequestsAnswer, RequestsOrder } from './support/requests.ts';
import { saturation } from './support/saturation.ts';
import { sayTable } from './support/table.ts';

const CLIENTS = [1, 8];
const ROUNDS = 3;
const ROUND_MS = 1_500;
/** The most of one round, and of each act in all. */
const MOST = 500;
const COUNT = MOST * (ROUNDS + 1) * CLIENTS.length;

type Figures = {
  acts: number;
  ms: number;
  cpu: number;
  databaseCpu: number;
  loadCpu: number;
  latencies: number[];
};

await using database = await startDatabase(200);
await using cleanUp = new AsyncDisposableStack();
const acts = await prepareActs(database, COUNT);
const github = cleanUp.use(
  await startChild<never, { url: string; token: string }>(new URL('./acts/github.ts', import.meta.url), {
    PULL_REQUESTS: String(COUNT),
  }),
);
const { url: apiUrl, token } = github.ready;
const server = await startServer({
  DATABASE_URL: database.url,
  MUSTER_SCM: 'github',
  GITHUB_API_URL: apiUrl,
  GITHUB_TOKEN: token,
});
cleanUp.defer(() => server.stop());
const load = cleanUp.use(
  await startChild<RequestsOrder, RequestsAnswer>(new URL('./support/requests.ts', import.meta.url)),
);
const cpuOfDatabase = await databaseCpu(database.url);

const statements = await countEach();
for (const connections of CLIENTS) {
  const found = new Map<string, Figures>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const act of acts) {
      const figures = await measure(act, connections);
      // The first round warms up.
      if (round > 0) found.set(act.name, merged(found.get(act.name), figures));
    }
  }
  say(`\n${connections} ${connections === 1 ? 'client' : 'clients'}`);
  sayTable([
    [
      'act',
      'acts/s',
      'p50 ms',
      'p99 ms',
      'CPU ms/act',
      'database CPU ms/act',
      'statements',
      'server / load busy, the limit',
    ],
    ...[...found].map(([name, figures]) => {
      const { p50, p99 } = percentiles(figures.latencies);
      return [
        name,
        ((1_000 * figures.acts) / figures.ms).toFixed(0),
        p50.toFixed(1),
        p99.toFixed(1),
        (figures.cpu / figures.acts).toFixed(2),
        (figures.databaseCpu / figures.acts).toFixed(2),
        statements.get(name) ?? '',
        saturation(figures),
      ];
    }),
  ]);
}
say(
  '(The CPU of the database includes that of the feed. Statements: of the act and of its answer, and those that authenticate.)',
);

async function measure({ name, bodies }: Act, connections: number): Promise<Figures> {
  const cpu = async () =>
    [await cpuMs(server.process.pid ?? 0), await cpuOfDatabase(), await cpuMs(load.ready.pid)] as const;
  const before = await cpu();
  const { ms, latencies } = await load.ask({
    url: `${server.url}/graphql`,
    token: database.token,
    bodies: bodies.slice(0, MOST),
    connections,
    ms: ROUND_MS,
    once: true,
    expected: payloadOf(name),
  });
  const after = await cpu();
  bodies.splice(0, latencies.length);
  return {
    acts: latencies.length,
    ms,
    cpu: after[0] - before[0],
    databaseCpu: after[1] - before[1],
    loadCpu: after[2] - before[2],
    latencies,
  };
}

/** How many statements each act takes, as a server in this process sends them. */
async function countEach(): Promise<Map<string, string>> {
  await using counting = new AsyncDisposableStack();
  const app = await startApp(
    {
      databaseUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      scm: 'github',
      github: { apiUrl, token },
      sequence: false,
      jobs: false,
    },
    createLogger({ level: 'silent' }),
  );
  counting.defer(() => app.close());
  await app.ready();
  const counts = new Map<string, string>();
  for (const { name, bodies } of acts) {
    const counted = countStatements(database.url);
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${database.token}` },
      body: bodies.shift(),
    });
    const text = await response.text();
    counted.stop();
    if (!text.includes(payloadOf(name))) throw new Error(text);
    counts.set(name, `${counted.count()} + ${counted.authentications()}`);
  }
  return counts;
}

function payloadOf(act: string): string {
  return `"__typename":"${act.charAt(0).toUpperCase()}${act.slice(1)}Payload"`;
}

function merged(a: Figures | undefined, b: Figures): Figures {
  if (!a) return b;
  return {
    acts: a.acts + b.acts,
    ms: a.ms + b.ms,
    cpu: a.cpu + b.cpu,
    databaseCpu: a.databaseCpu + b.databaseCpu,
    loadCpu: a.loadCpu + b.loadCpu,
    latencies: a.latencies.concat(b.latencies),
  };
}
