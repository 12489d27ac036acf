/** openExecutionWorkspace, and the lists and links of execution workspaces. */
import { graphql } from '../../graphql/gql.ts';
import { OpenExecutionWorkspace, SpawnSession } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { close, idle, reopen } from './acts.ts';

const ExecutionWorkspacesOf = graphql(`
  query ExecutionWorkspacesOf($slug: String!, $status: ExecutionWorkspaceStatus) {
    organization(slug: $slug) {
      executionWorkspaces(status: $status) {
        totalCount
        nodes {
          id
          project {
            id
          }
          sessions {
            nodes {
              id
              executionWorkspace {
                id
              }
            }
          }
        }
      }
    }
  }
`);

async function listed(team: Team, status?: 'ACTIVE' | 'IDLE' | 'ARCHIVED') {
  const { organization } = await team.owner.query(ExecutionWorkspacesOf, { slug: team.slug, status });
  return organization?.executionWorkspaces.nodes ?? [];
}

async function open(team: Team, input: object = {}) {
  const { openExecutionWorkspace } = await team.owner.query(OpenExecutionWorkspace, {
    input: {
      organizationId: team.id,
      projectId: team.project.id,
      name: 'checkout',
      mode: 'ISOLATED_WORKSPACE',
      ...input,
    },
  });
  return openExecutionWorkspace;
}

async function spawn(team: Team, input: object) {
  const { spawnSession } = await team.owner.query(SpawnSession, {
    input: { projectId: team.project.id, ...input },
  });
  return spawnSession;
}

describe('openExecutionWorkspace', () => {
  it('returns an ACTIVE one of version 1 and generation 1, with its session', async ({ team }) => {
    const session = await team.spawn({ branch: 'fix-login' });
    expect(await team.openExecutionWorkspace({ sessionId: session.id, baseRef: 'main' })).toMatchObject({
      name: 'checkout',
      mode: 'ISOLATED_WORKSPACE',
      strategy: 'GIT_WORKTREE',
      provider: 'LOCAL_FS',
      branch: 'fix-login',
      baseRef: 'main',
      status: 'ACTIVE',
      version: 1,
      generation: 1,
      noteCount: 0,
      closedAt: null,
      cleanupReason: null,
      session: { id: session.id },
    });
  });

  it('moves the session from the one that it worked in before', async ({ team }) => {
    const session = await team.spawn();
    const first = await team.openExecutionWorkspace({ sessionId: session.id });
    const second = await team.openExecutionWorkspace({ sessionId: session.id });
    const sessionsOf = Object.fromEntries(
      (await listed(team)).map(({ id, sessions }) => [id, sessions.nodes]),
    );
    expect(sessionsOf[first.id]).toEqual([]);
    expect(sessionsOf[second.id]).toEqual([{ id: session.id, executionWorkspace: { id: second.id } }]);
  });

  it('gives an isolated one a directory of its own, and a shared one that of the session', async ({
    team,
    psql,
  }) => {
    const session = await team.spawn({ workspacePath: '/srv/rocket' });
    const isolated = await team.openExecutionWorkspace({ sessionId: session.id });
    const shared = await team.openExecutionWorkspace({ sessionId: session.id, mode: 'SHARED_WORKSPACE' });
    const sandbox = await team.openExecutionWorkspace({ sessionId: session.id, mode: 'CLOUD_SANDBOX' });
    const pathOf = async ({ id }: { id: string }) =>
      (await psql<{ path: string }>('SELECT path FROM execution_workspace WHERE id = $1', [uuidOf(id)]))[0]
        ?.path;
    expect(await pathOf(isolated)).toMatch(/^workspaces\/rocket\/[0-9a-f]{12}$/);
    expect(await pathOf(shared)).toBe('/srv/rocket');
    expect(await pathOf(sandbox)).toBeNull();
  });

  it.for([
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(256) }, 'name'],
    [{ branch: '' }, 'branch'],
    [{ workspacePath: '' }, 'workspacePath'],
  ] as const)('refuses %j with INVALID_INPUT', async ([input, path], { team }) => {
    const before = await team.footprint();
    expect(refused(await open(team, input))).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await team.footprint()).toEqual(before);
  });

  it('refuses a session of another project', async ({ team }) => {
    const other = await team.register({ slug: 'comet' });
    const session = await team.spawn({ projectId: other.id });
    expect(refused(await open(team, { sessionId: session.id }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'sessionId' }],
    });
  });

  it('refuses an archived project, at an opening and at a reopening', async ({ team, psql }) => {
    const { id } = await team.openExecutionWorkspace();
    succeeded(await close(team, { id }));
    await psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]);
    expect(refused(await open(team))).toMatchObject({ issues: [{ path: 'projectId' }] });
    expect(refused(await reopen(team, { id }))).toMatchObject({ issues: [{ path: 'id' }] });
  });
});

describe('a shared workspace', () => {
  const shared = { mode: 'SHARED_WORKSPACE' } as const;

  it('is open once in a project, and the refusal names it', async ({ team }) => {
    const first = await team.openExecutionWorkspace(shared);
    const error = refused(await open(team, shared));
    expect(error).toMatchObject({ code: 'SHARED_WORKSPACE_OPEN', executionWorkspace: { id: first.id } });
    const other = await team.register({ slug: 'comet' });
    succeeded(await open(team, { ...shared, projectId: other.id }));
  });

  it('cannot be reopened while another one is open', async ({ team }) => {
    const first = await team.openExecutionWorkspace(shared);
    succeeded(await close(team, { id: first.id }));
    const second = await team.openExecutionWorkspace(shared);
    expect(refused(await reopen(team, { id: first.id }))).toMatchObject({
      code: 'SHARED_WORKSPACE_OPEN',
      executionWorkspace: { id: second.id },
    });
  });

  it('is opened once by ten concurrent openings', async ({ team }) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(team, shared)));
    expect(answers.map((each) => each?.__typename).sort()).toEqual([
      'OpenExecutionWorkspacePayload',
      ...Array(9).fill('SharedWorkspaceOpenError'),
    ]);
  });

  it('holds several sessions', async ({ team }) => {
    const { id } = await team.openExecutionWorkspace(shared);
    const one = await team.spawn({ executionWorkspaceId: id });
    const two = await team.spawn({ executionWorkspaceId: id });
    expect((await listed(team))[0]?.sessions.nodes.map((session) => session.id)).toEqual([two.id, one.id]);
  });
});

describe('spawnSession into an execution workspace', () => {
  it('makes it ACTIVE and gives the session a workspace to claim in', async ({ team }) => {
    const { id } = await team.openExecutionWorkspace();
    succeeded(await idle(team, { id }));
    team.onGitHub(7);
    const { session, pullRequest } = succeeded(
      await spawn(team, { executionWorkspaceId: id, claimPR: { pr: '7' } }),
    );
    expect(pullRequest).toMatchObject({ number: 7 });
    expect(await listed(team, 'ACTIVE')).toMatchObject([{ id, sessions: { nodes: [{ id: session.id }] } }]);
  });

  it('together with a path is INVALID_INPUT', async ({ team }) => {
    const { id } = await team.openExecutionWorkspace();
    const before = await team.footprint();
    expect(
      refused(await spawn(team, { executionWorkspaceId: id, workspacePath: '/srv/rocket' })),
    ).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'workspacePath' }] });
    expect(await team.footprint()).toEqual(before);
  });

  it('of another project is INVALID_INPUT', async ({ team }) => {
    const other = await team.register({ slug: 'comet' });
    const { id } = await team.openExecutionWorkspace({ projectId: other.id });
    expect(refused(await spawn(team, { executionWorkspaceId: id }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'executionWorkspaceId' }],
    });
  });

  it.for(['ISOLATED_WORKSPACE', 'SHARED_WORKSPACE'] as const)(
    'in the mode %s that is closed is EXECUTION_WORKSPACE_CLOSED',
    async (mode, { team }) => {
      const { id } = await team.openExecutionWorkspace({ mode });
      succeeded(await close(team, { id }));
      const before = await team.footprint();
      expect(refused(await spawn(team, { executionWorkspaceId: id }))).toMatchObject({
        code: 'EXECUTION_WORKSPACE_CLOSED',
      });
      expect(await team.footprint()).toEqual(before);
    },
  );
});

it('the list of an organization can be filtered by status, and includes closed ones', async ({ team }) => {
  const active = await team.openExecutionWorkspace();
  const closed = await team.openExecutionWorkspace();
  succeeded(await close(team, { id: closed.id }));
  const ids = (nodes: { id: string }[]) => nodes.map(({ id }) => id);
  expect(ids(await listed(team))).toEqual([closed.id, active.id]);
  expect(ids(await listed(team, 'ARCHIVED'))).toEqual([closed.id]);
  expect(ids(await listed(team, 'IDLE'))).toEqual([]);
});
