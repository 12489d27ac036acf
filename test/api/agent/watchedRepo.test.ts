import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import { HireAgent, OffboardAgent, UnwatchRepo, WatchRepo } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const ReposOf = graphql(`
  query ReposOf($id: ID!) {
    node(id: $id) {
      ... on Agent {
        watchedRepos {
          nodes {
            repo {
              nameWithOwner
            }
            viewerCanUnwatch
          }
        }
      }
    }
  }
`);

const it = test.extend('robin', async ({ team }) => await team.hire());

const watch = async (team: Team, agentId: string, repo: string, by: Client = team.owner) =>
  (await by.query(WatchRepo, { input: { agentId, repo } })).watchRepo;
const unwatch = async (team: Team, agentId: string, repo: string) =>
  (await team.owner.query(UnwatchRepo, { input: { agentId, repo } })).unwatchRepo;
const offboard = async (team: Team, agentId: string) =>
  succeeded((await team.owner.query(OffboardAgent, { input: { agentId } })).offboardAgent);

/** Hires an agent without a token, which would take another request: the races hire many. */
async function hire(team: Team, name: string): Promise<string> {
  const input = { organizationId: team.id, name, role: 'reviewer' };
  return succeeded((await team.owner.query(HireAgent, { input })).hireAgent).agent.id;
}

/** Runs numbered races, ten at a time. */
async function races(count: number, race: (at: number) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: 10 }, async (_, lane) => {
      for (let at = lane; at < count; at += 10) await race(at);
    }),
  );
}

async function reposOf(team: Team, agentId: string): Promise<string[]> {
  const { node } = await team.owner.query(ReposOf, { id: agentId });
  if (!node || !('watchedRepos' in node)) throw new Error('There is no such agent.');
  return node.watchedRepos.nodes.map(({ repo }) => repo.nameWithOwner);
}

describe('a watched repository', () => {
  it('is one change in the feed when it is watched and one when it is released', async ({ team, robin }) => {
    const watched = succeeded(await watch(team, robin.id, ' Acme/Rocket '));
    expect(watched.watchedRepo).toMatchObject({
      repo: { nameWithOwner: 'Acme/Rocket' },
      agent: { id: robin.id },
    });
    const released = succeeded(await unwatch(team, robin.id, 'acme/ROCKET'));
    expect(released.releasedRepo).toEqual({ nameWithOwner: 'Acme/Rocket' });
    expect(released.releasedRepoId).toBe(watched.watchedRepo?.id);
    const row = { agent: robin.id, repo: { owner: 'Acme', name: 'Rocket', nameWithOwner: 'Acme/Rocket' } };
    expect(await team.changes({ types: ['REPO_WATCHED', 'REPO_RELEASED'] })).toMatchObject([
      {
        type: 'REPO_WATCHED',
        entityId: watched.watchedRepo?.id,
        requestId: watched.requestId,
        payload: { row },
      },
      {
        type: 'REPO_RELEASED',
        entityId: watched.watchedRepo?.id,
        requestId: released.requestId,
        payload: { row },
      },
    ]);
  });

  it('is null in the result of unwatchRepo when the agent does not watch it', async ({ team, robin }) => {
    expect(succeeded(await unwatch(team, robin.id, 'acme/rocket'))).toMatchObject({
      releasedRepo: null,
      releasedRepoId: null,
    });
  });

  it('is watched by one agent of a user at a time, in any spelling', async ({ team, robin }) => {
    const kim = await team.hire({ name: 'Kim' });
    succeeded(await watch(team, robin.id, 'acme/rocket'));
    for (const [agentId, spelling] of [
      [kim.id, 'acme/rocket'],
      [kim.id, 'ACME/Rocket'],
      [robin.id, 'acme/rocket'],
    ] as const) {
      expect(refused(await watch(team, agentId, spelling))).toMatchObject({
        code: 'REPO_ALREADY_WATCHED',
        agent: { id: robin.id, name: 'Robin' },
      });
    }
    expect(await reposOf(team, kim.id)).toEqual([]);
  });

  it('can be watched by agents of two users', async ({ team, robin }) => {
    const admin = await team.join('ADMIN');
    const kim = await team.hire({ name: 'Kim' }, admin);
    succeeded(await watch(team, robin.id, 'acme/rocket'));
    succeeded(await watch(team, kim.id, 'acme/rocket', admin));
    expect([await reposOf(team, robin.id), await reposOf(team, kim.id)]).toEqual([
      ['acme/rocket'],
      ['acme/rocket'],
    ]);
  });

  it('can be watched in two organizations by agents of one user', async ({ team, robin, createTeam }) => {
    const other = await createTeam(team.owner);
    succeeded(await watch(team, robin.id, 'acme/rocket'));
    succeeded(await watch(team, (await other.hire()).id, 'acme/rocket'));
  });

  it('can be watched by another agent once its agent is offboarded', async ({ team, robin }) => {
    succeeded(await watch(team, robin.id, 'acme/rocket'));
    await offboard(team, robin.id);
    const kim = await team.hire({ name: 'Kim' });
    succeeded(await watch(team, kim.id, 'acme/rocket'));
    expect([await reposOf(team, robin.id), await reposOf(team, kim.id)]).toEqual([[], ['acme/rocket']]);
  });

  it.for([
    '',
    'rocket',
    'acme/',
    '/rocket',
    'acme/rocket/x',
    'a b/rocket',
    '-acme/rocket',
    'acme-/rocket',
    'ac--me/rocket',
    `${'a'.repeat(40)}/rocket`,
    'acme/.',
    'acme/..',
    'acme/rocket.git',
    'acme/rocket.GIT',
    `acme/${'r'.repeat(101)}`,
    'acme/ro cket',
    'acme/ro\0cket',
    'https://github.com/acme/rocket',
    'acme/röcket',
  ])('named %j is refused', async (repo, { team, robin }) => {
    expect(refused(await watch(team, robin.id, repo))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'repo' }],
    });
  });

  it.for([
    'a/b',
    'Ac-me1/.github',
    `${'a'.repeat(39)}/${'r'.repeat(100)}`,
    'octo_corp/x',
    'acme/...',
    'acme/git',
  ])('named %j is accepted by the service and by the database', async (repo, { team, robin }) => {
    expect(succeeded(await watch(team, robin.id, repo)).watchedRepo?.repo.nameWithOwner).toBe(repo);
  });
});

describe('watchRepo for an agent that is not running', () => {
  it.for(['PENDING', 'ERROR', 'STOPPED'] as const)(
    'is refused in the status %s and writes nothing',
    async (status, { team, psql }) => {
      const [row] = await psql<{ id: string }>(
        `INSERT INTO agent (organization_id, name, role, status, hired_by_id, offboarded_at)
       VALUES ($1, 'Kim', 'reviewer', $2::agent_status, $3, CASE $2::text WHEN 'STOPPED' THEN now() END) RETURNING id`,
        [uuidOf(team.id), status, team.owner.userId],
      );
      const agentId = Buffer.from(`Agent:${row?.id}`).toString('base64');
      const before = await team.footprint();
      expect(refused(await watch(team, agentId, 'acme/rocket'))).toMatchObject({
        code: 'AGENT_NOT_RUNNING',
        status,
      });
      expect(await team.footprint()).toEqual(before);
    },
  );
});

describe('a concurrent watchRepo', () => {
  it('succeeds for one of two agents of a user on the same repository, in 60 pairs', async ({
    team,
    robin,
    psql,
  }) => {
    const kim = await team.hire({ name: 'Kim' });
    const pairs = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => ({
        at,
        outcomes: await Promise.all([
          watch(team, robin.id, `acme/repo-${at}`),
          watch(team, kim.id, `ACME/Repo-${at}`),
        ]),
      })),
    );
    for (const { at, outcomes } of pairs) {
      const winners = outcomes.filter(hasSucceeded);
      expect(winners, `repository ${at}`).toHaveLength(1);
      const [loser] = outcomes.filter((outcome) => !hasSucceeded(outcome));
      expect(loser).toMatchObject({
        code: 'REPO_ALREADY_WATCHED',
        agent: { id: succeeded(winners[0] as never as (typeof outcomes)[0]).watchedRepo?.agent.id },
      });
    }
    const [{ count } = { count: '' }] = await psql<{ count: string }>(
      'SELECT count(*) FROM watched_repo WHERE organization_id = $1',
      [uuidOf(team.id)],
    );
    expect(count).toBe('60');
  });

  it('leaves an agent that is offboarded at the same moment without repositories, in 100 races', async ({
    team,
    psql,
  }) => {
    let watchedFirst = 0;
    await races(100, async (at) => {
      const agentId = await hire(team, `Kim ${at}`);
      const [watched] = await Promise.all([watch(team, agentId, `acme/race-${at}`), offboard(team, agentId)]);
      if (hasSucceeded(watched)) watchedFirst += 1;
      else expect(refused(watched)).toMatchObject({ code: 'AGENT_NOT_RUNNING', status: 'STOPPED' });
    });
    expect(
      await psql(
        `SELECT FROM watched_repo w JOIN agent a ON a.id = w.agent_id
          WHERE a.organization_id = $1 AND a.status <> 'RUNNING'`,
        [uuidOf(team.id)],
      ),
    ).toEqual([]);
    // Both orders must occur, or the mutations did not race.
    expect(watchedFirst).toBeGreaterThan(0);
    expect(watchedFirst).toBeLessThan(100);
    expect(await team.changes({ types: ['REPO_RELEASED'] })).toHaveLength(watchedFirst);
  });

  it('gets the repository of an agent that is offboarded, or is refused and gets it at the second try, in 60 pairs', async ({
    team,
    psql,
  }) => {
    await races(60, async (at) => {
      const repo = `acme/heir-${at}`;
      const [former, heir] = [await hire(team, `Kim ${at}`), await hire(team, `Lee ${at}`)];
      succeeded(await watch(team, former, repo));
      const [inherited] = await Promise.all([watch(team, heir, repo.toUpperCase()), offboard(team, former)]);
      if (!hasSucceeded(inherited)) {
        expect(refused(inherited)).toMatchObject({ code: 'REPO_ALREADY_WATCHED', agent: { id: former } });
        succeeded(await watch(team, heir, repo));
      }
    });
    const [{ count } = { count: 0 }] = await psql<{ count: number }>(
      `SELECT count(*)::int FROM watched_repo w JOIN agent a ON a.id = w.agent_id
        WHERE a.organization_id = $1 AND a.name LIKE 'Lee %'`,
      [uuidOf(team.id)],
    );
    expect(count).toBe(60);
  });
});
