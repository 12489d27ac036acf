/** The viewerCan fields of a session and its pull requests. */

import { graphql } from '../../graphql/gql.ts';
import {
  expectKeptStandings,
  pullRequest,
  type SessionFacts,
  session,
  writeSessions,
} from '../../support/board.ts';
import type { Client } from '../../support/client.ts';
import { OffboardAgent } from '../../support/mutations.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const Rights = graphql(`
  query Rights($id: ID!) {
    node(id: $id) {
      ... on Session {
        viewerCanTerminate
        viewerCanRestore
        viewerCanRename
        viewerCanClaimPR
        pullRequests {
          nodes {
            viewerCanRefresh
          }
        }
      }
    }
  }
`);

const ROLES = ['owner', 'member', 'agent'] as const;
type Role = (typeof ROLES)[number];

const it = test
  .extend('agent', { scope: 'file' }, async ({ sharedTeam: team }) => await team.hire())
  .extend('clients', { scope: 'file' }, async ({ sharedTeam: team, agent }) => ({
    owner: team.owner,
    member: await team.join('MEMBER'),
    agent,
  }));

it.afterEach(({ psql }) => expectKeptStandings(psql));

async function write(
  team: Team,
  agent: TeamAgent,
  psql: Psql,
  facts: Partial<SessionFacts>,
): Promise<string> {
  const [id = ''] = await writeSessions(psql, team, agent, [session(facts)]);
  await psql(`UPDATE session SET workspace_path = '/work' WHERE id = $1`, [uuidOf(id)]);
  return id;
}

async function rightsOf(clients: Record<Role, Client>, role: Role, id: string) {
  const { node } = await clients[role].query(Rights, { id });
  if (!node || !('viewerCanTerminate' in node)) throw new Error('The session is not there.');
  const { pullRequests, ...rights } = node;
  const shown = Object.entries(rights).map(([name, can]) => [name.replace('viewerCan', ''), can]);
  return Object.fromEntries([...shown, ['Refresh', pullRequests.nodes[0]?.viewerCanRefresh]]);
}

describe.each<[whose: string, hasAgent: boolean, Record<Role, string>]>([
  ['a user’s', false, { owner: 'all', member: 'all', agent: 'none' }],
  ['the agent’s own', true, { owner: 'all', member: 'all', agent: 'own' }],
])('the viewerCan fields of %s session', (_whose, hasAgent, may) => {
  it.for(ROLES)(
    'follow the rights of the role %s',
    async (role, { sharedTeam: team, agent, clients, psql }) => {
      const all = may[role] === 'all';
      const own = all || may[role] === 'own';
      const live = await write(team, agent, psql, { hasAgent, pullRequests: [pullRequest()] });
      expect(await rightsOf(clients, role, live)).toEqual({
        Terminate: all,
        Restore: false,
        Rename: own,
        ClaimPR: own,
        Refresh: own,
      });
      const ended = await write(team, agent, psql, {
        hasAgent,
        isTerminated: true,
        pullRequests: [pullRequest()],
      });
      expect(await rightsOf(clients, role, ended)).toEqual({
        Terminate: false,
        Restore: all,
        Rename: own,
        ClaimPR: false,
        Refresh: own,
      });
    },
  );
});

it('the viewerCan fields are false for an agent that reads the session of another agent', async ({
  sharedTeam: team,
  clients,
  psql,
}) => {
  const other = await team.hire({ name: 'Sam' });
  const [id = ''] = await writeSessions(psql, team, other, [
    session({ hasAgent: true, pullRequests: [pullRequest()] }),
  ]);
  expect(Object.values(await rightsOf(clients, 'agent', id))).toEqual([false, false, false, false, false]);
});

describe('viewerCanClaimPR is false', () => {
  it.for([
    ['an orchestrator', `UPDATE session SET kind = 'ORCHESTRATOR' WHERE id = $1`],
    ['a session without a workspace', `UPDATE session SET workspace_path = NULL WHERE id = $1`],
    ['a session with a blank workspace', `UPDATE session SET workspace_path = ' ' WHERE id = $1`],
  ] as const)('for %s', async ([_which, statement], { sharedTeam: team, agent, clients, psql }) => {
    const id = await write(team, agent, psql, {});
    expect((await rightsOf(clients, 'owner', id)).ClaimPR).toBe(true);
    await psql(statement, [uuidOf(id)]);
    expect((await rightsOf(clients, 'owner', id)).ClaimPR).toBe(false);
  });

  it.for([
    ['archived', `archived_at = now()`],
    ['a scratch project', `kind = 'SCRATCH', repo_url = NULL`],
  ] as const)(
    'for a session of a project that is %s',
    async ([slug, assignment], { sharedTeam: team, clients, psql }) => {
      const project = await team.register({ slug: slug.replaceAll(' ', '-') });
      const { id } = await team.spawn({ projectId: project.id });
      expect((await rightsOf(clients, 'owner', id)).ClaimPR).toBe(true);
      await psql(`UPDATE project SET ${assignment} WHERE id = $1`, [uuidOf(project.id)]);
      expect((await rightsOf(clients, 'owner', id)).ClaimPR).toBe(false);
    },
  );
});

describe('viewerCanRestore is false', () => {
  it('for a session whose agent is offboarded', async ({ sharedTeam: team, clients, psql }) => {
    const leaver = await team.hire({ name: 'Kim' });
    const [id = ''] = await writeSessions(psql, team, leaver, [
      session({ hasAgent: true, isTerminated: true }),
    ]);
    expect((await rightsOf(clients, 'owner', id)).Restore).toBe(true);
    await team.owner.query(OffboardAgent, { input: { agentId: leaver.id } });
    expect((await rightsOf(clients, 'owner', id)).Restore).toBe(false);
  });

  it('for a session of an archived project', async ({ sharedTeam: team, clients, psql }) => {
    const project = await team.register({ slug: 'past' });
    const { id } = await team.spawn({ projectId: project.id });
    await team.terminate(id);
    expect((await rightsOf(clients, 'owner', id)).Restore).toBe(true);
    await psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(project.id)]);
    expect((await rightsOf(clients, 'owner', id)).Restore).toBe(false);
  });
});
