/** The budget of the host is known, spent by priority, and shared by readers. */
import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import type { GitHub } from '../../support/github/github.ts';
import { readFigures } from '../../support/metrics.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const Budget = graphql(`
  query Budget($slug: String!) {
    organization(slug: $slug) {
      hostBudget {
        host
        limit
        remaining
        resetAt
      }
    }
  }
`);

const Aged = graphql(`
  query Aged($slug: String!, $ref: String!, $maxAgeSeconds: Int) {
    organization(slug: $slug) {
      pullRequest(ref: $ref, maxAgeSeconds: $maxAgeSeconds) {
        id
        title
        observedAt
      }
    }
  }
`);

/** The connections that have asked since a time whether another reader still asks the host. */
const WAITING_READERS = `
  SELECT pid FROM pg_stat_activity
   WHERE datname = current_database() AND pid <> pg_backend_pid() AND query_start > $1
     AND query LIKE '%SELECT FROM pull_request_refresh%'`;

async function claimed(team: Team) {
  team.onGitHub(7, { title: 'Old' });
  return succeeded(await team.claim((await team.spawn()).id, 7)).pullRequest.id;
}

async function aged(team: Team, maxAgeSeconds?: number, by: Client = team.owner) {
  const { organization } = await by.query(Aged, {
    slug: team.slug,
    ref: `${team.slug}/rocket#7`,
    maxAgeSeconds,
  });
  return organization?.pullRequest ?? null;
}

describe('the budget of the host', () => {
  it('is the one of the last answer', async ({ team, github }) => {
    github.budget.remaining = 1_234;
    await claimed(team);
    expect((await team.owner.query(Budget, { slug: team.slug })).organization?.hostBudget).toEqual({
      host: expect.any(String),
      limit: 5_000,
      remaining: 1_234,
      resetAt: '2030-01-01T00:00:00.000Z',
    });
  });

  it('is shown in /metrics', async ({ team, github, app }) => {
    github.budget.remaining = 1_235;
    await claimed(team);
    const { organization } = await team.owner.query(Budget, { slug: team.slug });
    const figures = await readFigures(app.url);
    const host = `{host="${organization?.hostBudget?.host}"}`;
    expect(figures(`muster_host_budget_limit${host}`)).toBe(5_000);
    expect(figures(`muster_host_budget_remaining${host}`)).toBe(1_235);
  });

  it('keeps its last points for claims', async ({ team, github }) => {
    const id = await claimed(team);
    github.budget.remaining = 10;
    team.onGitHub(8);
    succeeded(await team.claim((await team.spawn()).id, 8));
    const requests = github.requests.length;
    const answer = (await team.owner.query(RefreshPR, { input: { pullRequestId: id } })).refreshPR;
    expect(refused(answer)).toMatchObject({
      code: 'SCM_UNAVAILABLE',
      retryAfterSeconds: expect.any(Number),
    });
    expect(github.requests.length).toBe(requests);
    // The tests of this file share the server, which learns of the reset by the answer to a claim.
    github.budget.remaining = 4_999;
    succeeded(await team.claim((await team.spawn()).id, 7));
    succeeded((await team.owner.query(RefreshPR, { input: { pullRequestId: id } })).refreshPR);
  });
});

describe('pullRequest(maxAgeSeconds)', () => {
  /** How often the host was asked about the team's repository. Jobs of other tests' pull requests ask it too. */
  const asked = ({ requests }: GitHub, { slug }: Team) =>
    requests.filter(({ variables }) => variables.owner === slug).length;

  const age = (psql: (sql: string, values: unknown[]) => Promise<unknown>, title: string) =>
    psql(`UPDATE pull_request SET observed_at = now() - interval '100 s' WHERE title = $1 AND number = 7`, [
      title,
    ]);

  it('returns stored facts that are young enough', async ({ team, github }) => {
    await claimed(team);
    const requests = asked(github, team);
    team.onGitHub(7, { title: 'New' });
    expect(await aged(team, 60)).toMatchObject({ title: 'Old' });
    expect(await aged(team)).toMatchObject({ title: 'Old' });
    expect(asked(github, team)).toBe(requests);
  });

  it('asks the host once for all readers of old facts', async ({ team, github, psql }) => {
    await claimed(team);
    await age(psql, 'Old');
    team.onGitHub(7, { title: 'New' });
    const requests = asked(github, team);
    const held = github.holdNext({ owner: team.slug });
    const readers = Array.from({ length: 5 }, () => aged(team, 60));
    await held.arrived;
    held.release();
    for (const each of await Promise.all(readers)) expect(each).toMatchObject({ title: 'New' });
    expect(asked(github, team)).toBe(requests + 1);
  });

  it('asks the host once for the readers of two server processes', async ({
    team,
    startServer,
    database,
    github,
    psql,
  }) => {
    await claimed(team);
    await age(psql, 'Old');
    team.onGitHub(7, { title: 'New' });
    const requests = asked(github, team);
    const env = { DATABASE_URL: database.url, GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token };
    const serve = async () => team.at((await startServer(env, ['--no-jobs', '--no-sequencer'])).url).owner;
    const [one, other] = await Promise.all([serve(), serve()]);

    const held = github.holdNext({ owner: team.slug });
    const first = aged(team, 60, one);
    await held.arrived;
    const [clock] = await psql<{ now: Date }>('SELECT now()');
    const others = Array.from({ length: 10 }, () => aged(team, 60, other));
    // The first process has no reader that waits, so a connection that does is one of the other process.
    await expect.poll(async () => await psql(WAITING_READERS, [clock?.now])).not.toEqual([]);
    const more = Array.from({ length: 10 }, () => aged(team, 60, one));
    held.release();
    for (const each of await Promise.all([first, ...others, ...more]))
      expect(each).toMatchObject({ title: 'New' });
    expect(await aged(team, 60, other)).toMatchObject({ title: 'New' });
    expect(asked(github, team)).toBe(requests + 1);
  });

  it('returns stored facts when the host does not answer, and does not ask again at once', async ({
    team,
    github,
    psql,
  }) => {
    await claimed(team);
    await age(psql, 'Old');
    github.failNext({ status: 401 });
    const requests = asked(github, team);
    expect(await aged(team, 60)).toMatchObject({ title: 'Old' });
    expect(await aged(team, 60)).toMatchObject({ title: 'Old' });
    expect(asked(github, team)).toBe(requests + 1);
  });

  it.for([0, -1, 86_401])('refuses %i seconds', async (maxAgeSeconds, { team }) => {
    await claimed(team);
    await expect(aged(team, maxAgeSeconds)).rejects.toThrow('maxAgeSeconds');
  });
});
