/**
 * Measures the board queries of a large organization: `npm run bench -- board`.
 *
 * One database has two organizations of 10,000 sessions with 30,000 pull requests each. In the first, three of ten
 * sessions are live, as is usual. In the second, all are live, and nearly all get their status from their pull requests,
 * which is the most work. One client sends requests over HTTP, one after the other, in turns between the queries.
 */
import pg from 'pg';
import { startApp } from '../src/app.ts';
import { createLogger } from '../src/observe/log.ts';
import { startServer } from '../test/support/process.ts';
import { countStatements } from '../test/support/statements.ts';
import { fill } from './board/load.ts';
import { startDatabase } from './support/database.ts';
import { now, percentiles, say } from './support/figures.ts';

const SIZE = { sessions: 10_000, pullRequests: 30_000 };
const ROUNDS = 60;
const WARM_UP_ROUNDS = 10;

const SESSION = `nodes {
  id name displayName displayStatus scmStatus lane statusChangesAt activityLastAt viewerCanTerminate
  project { slug } agent { name }
  pullRequests(first: 10) { nodes {
    number title url state ciState reviewDecision mergeability mergeabilityReasons
    failingChecks(first: 5) { nodes { name url } }
    unresolvedBy { reviewer count isBot }
    latestReviews(first: 10) { nodes { author state } }
  } }
} pageInfo { hasNextPage endCursor }`;
const NEEDS_ME = `nodes {
  reason since subject { ... on Session { name } ... on PullRequest { number title } ... on Agent { name failure } }
}`;
const LANES = 'laneCounts { lane count }';

/** The measured selections of an organization. */
const REQUESTS: Record<string, string> = {
  'the first page, and the lanes': `${LANES} sessions(live: true) { ${SESSION} }`,
  'the first page': `sessions(live: true) { ${SESSION} }`,
  'a page of 100': `sessions(live: true, first: 100) { ${SESSION} }`,
  'lane NEEDS_YOU': `sessions(lane: NEEDS_YOU) { ${SESSION} }`,
  'lane READY_TO_MERGE': `sessions(lane: READY_TO_MERGE) { ${SESSION} }`,
  'lane ARCHIVE': `sessions(lane: ARCHIVE) { ${SESSION} }`,
  'last changed first': `sessions(orderBy: UPDATED_AT) { ${SESSION} }`,
  'most urgent first': `sessions(orderBy: STATUS) { ${SESSION} }`,
  'most urgent first, page 2': `sessions(orderBy: STATUS, after: $after) { ${SESSION} }`,
  'the lanes': LANES,
  'longest in NEEDS_YOU first': `sessions(lane: NEEDS_YOU, orderBy: WAITING) { ${SESSION} }`,
  'of three statuses': `sessions(displayStatuses: [CI_FAILED, CONFLICTS, CHANGES_REQUESTED]) { ${SESSION} }`,
  'what needs a person': `needsMe { ${NEEDS_ME} }`,
  "what needs a person, the viewer's": `needsMe(mine: true) { ${NEEDS_ME} }`,
  'how much needs a person': 'needsMe { totalCount }',
  'orphaned pull requests': 'orphanedPullRequests { nodes { number title orphanedSince } }',
  'how many need you': 'sessions(lane: NEEDS_YOU) { totalCount }',
};

await using database = await startDatabase(1);
await using cleanUp = new AsyncDisposableStack();
const admin = new pg.Client({ connectionString: database.url });
await admin.connect();
const ORGANIZATIONS = { settled: 0.3, busy: 1 };
for (const [slug, liveShare] of Object.entries(ORGANIZATIONS)) {
  await admin.query(`INSERT INTO organization (slug, name) VALUES ($1, $1)`, [slug]);
  await admin.query(
    `INSERT INTO membership (organization_id, user_id, role)
     SELECT o.id, u.id, 'OWNER' FROM organization o, "user" u WHERE o.slug = $1`,
    [slug],
  );
  await fill(database.url, slug, SIZE, liveShare);
}
await admin.end();

const server = await startServer({ DATABASE_URL: database.url });
cleanUp.defer(() => server.stop());
/** In this process, so that its statements can be counted. */
const watched = await startApp(
  {
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    scm: 'demo',
    github: { apiUrl: 'https://api.github.invalid' },
    sequence: false,
    jobs: false,
  },
  createLogger({ level: 'silent' }),
);
cleanUp.defer(() => watched.close());
await watched.ready();

/** Sends a request and returns the organization. */
async function ask(url: string, slug: string, what: string, after?: string) {
  const head = after === undefined ? 'query($slug: String!)' : 'query($slug: String!, $after: String)';
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${database.token}` },
    body: JSON.stringify({
      query: `${head} { organization(slug: $slug) { ${what} } }`,
      variables: { slug, after },
    }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data.organization;
}

for (const [slug, liveShare] of Object.entries(ORGANIZATIONS)) {
  const [first, ...rest] = (await ask(server.url, slug, LANES)).laneCounts;
  const lanes = [first, ...rest].map(({ lane, count }) => `${lane} ${count}`).join(', ');
  say(
    `${slug}: ${SIZE.sessions} sessions, ${liveShare * 100} % live, ${SIZE.pullRequests} pull requests. ${lanes}`,
  );
  const { pageInfo } = (await ask(server.url, slug, REQUESTS['most urgent first'] ?? '')).sessions;
  const cursorOf = (what: string) => (what.includes('$after') ? pageInfo.endCursor : undefined);

  const times = new Map(Object.keys(REQUESTS).map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const [name, what] of Object.entries(REQUESTS)) {
      const began = now();
      await ask(server.url, slug, what, cursorOf(what));
      if (round >= WARM_UP_ROUNDS) times.get(name)?.push(now() - began);
    }
  }
  for (const [name, what] of Object.entries(REQUESTS)) {
    const counted = countStatements(database.url);
    await ask(watched.url, slug, what, cursorOf(what));
    counted.stop();
    const { p50, p99 } = percentiles(times.get(name) ?? []);
    say(
      `  ${name.padEnd(30)} p50 ${p50.toFixed(1).padStart(6)} ms, p99 ${p99.toFixed(1).padStart(6)} ms, ${counted.count()} statements`,
    );
  }
}
say('(One of the statements finds the organization. Another one, not counted, finds out who asks.)');
