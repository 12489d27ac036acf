/** `npm run bench -- <name>`: runs a benchmark. Each is a program that prints its results. */
const BENCHES: Record<string, string> = {
  acts: 'claimPR, spawnSession, reportActivity and offboardAgent by 1 and 8 clients: rate, CPU and statements',
  board:
    'pages, lanes and orders of 10,000 sessions with 30,000 pull requests, and how many statements they take',
  fanout: 'what a delivery to one of 1,000 subscribers costs, beside ws, graphql-ws, yoga and mercurius',
  'fanout-mixed':
    'the same with 1, 10 and 100 documents among the 1,000 subscribers, and with ten of them on a socket',
  connect:
    'what a subscriber costs to connect, to keep and while it waits, beside ws, graphql-ws, yoga and mercurius',
  churn: 'whether subscribers that come and leave, for BENCH_MINUTES, leave anything behind',
  import: 'org files of 42, 1,000 and 10,000 workspaces, created, skipped, updated and removed',
  install: 'templates of 10, 100 and 1,000 items, installed and resynced: time and statements',
  latency:
    'commit to client frame at 200 changes a second, over two servers and Redis, beside a bare NOTIFY pipe',
  nested:
    'a page of 80 to 90 KB of nested lists, beside json_agg passed through, PostGraphile, Pothos and graphql-jit',
  throughput: 'one writer, and 32 with the sequencer following, against the same writers without any trigger',
  retention: 'what dropping a full partition of the log costs readers and the sequencer',
  sequencer: "what a position in the feed costs the database's CPU, by 1, 20 and 512 changes a batch",
  small:
    'viewer alone, and with one object, against a yoga with a constant answer: requests a second and CPU',
  stall: 'how long one large transaction holds up what others change',
};

const [name = '', ...rest] = process.argv.slice(2);
if (Object.hasOwn(BENCHES, name) && rest.length === 0) {
  await import(`./${name}.ts`);
} else {
  const width = Math.max(...Object.keys(BENCHES).map((each) => each.length));
  const lines = Object.entries(BENCHES).map(([each, what]) => `  ${each.padEnd(width)}  ${what}`);
  process.stdout.write(`npm run bench -- <name>\n\n${lines.join('\n')}\n`);
  process.exitCode = name === '' || name === '--help' ? 0 : 1;
}
