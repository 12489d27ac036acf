/** A removal and another act that meet at the same workspace: whichever is first, nothing is left half removed. */

import type { TestDatabase } from '../../support/database.ts';
import * as mutations from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { afterEach, describe, expect, it } from '../../support/test.ts';
import { createWorkspace, moveWorkspace, removeWorkspace } from './tree.ts';

/** Whatever raced: a removed workspace has no agent, no live workspace below it, and no schedule that is on. */
afterEach(async () => {
  if (!seen) return;
  expect(
    await seen(`SELECT w.name FROM workspace w WHERE w.status = 'REMOVED' AND (
      EXISTS (SELECT FROM agent a WHERE a.workspace_id = w.id AND a.status <> 'STOPPED')
      OR EXISTS (SELECT FROM workspace c WHERE c.parent_id = w.id AND c.status <> 'REMOVED')
      OR EXISTS (SELECT FROM workspace_schedule s WHERE s.workspace_id = w.id AND s.enabled))`),
  ).toEqual([]);
});
let seen: Psql | undefined;
it.beforeEach(({ psql }) => {
  seen = psql;
});

/** Starts both acts while a row or the tree is locked, the second once the first waits, and returns their answers. */
async function inTurn<First, Second>(
  { psql, database }: { psql: Psql; database: TestDatabase },
  lock: string,
  first: () => Promise<First>,
  second: () => Promise<Second>,
): Promise<[First, Second]> {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder(lock);
  const waiting = (count: number) =>
    expect
      .poll(async () => (await psql('SELECT DISTINCT pid FROM pg_locks WHERE NOT granted')).length)
      .toBe(count);
  const one = first();
  await waiting(1);
  const two = second();
  await waiting(2);
  await holder('COMMIT');
  return await Promise.all([one, two]);
}

const onAgent = (agent: { id: string }) => `SELECT FROM agent WHERE id = '${uuidOf(agent.id)}' FOR UPDATE`;
const onTree = (team: Team) => `SELECT lock_org_tree('${uuidOf(team.id)}')`;

async function seated(team: Team): Promise<{ workspace: { id: string; name: string }; agent: TeamAgent }> {
  const workspace = await team.addWorkspace();
  return { workspace, agent: await team.hire({ workspaceId: workspace.id }) };
}

const remove = (team: Team, { id, name }: { id: string; name: string }) => removeWorkspace(team, id, name);

describe('a heartbeat', () => {
  const heartbeat = async (agent: TeamAgent, workspaceId: string) =>
    (await agent.query(mutations.ReportWorkspaceHeartbeat, { input: { workspaceId, activeTasks: 1 } }))
      .reportWorkspaceHeartbeat;

  it('that comes after a removal is refused, and changes and announces nothing', async ({
    team,
    psql,
    database,
  }) => {
    const { workspace, agent } = await seated(team);
    const [removal, beat] = await inTurn(
      { psql, database },
      onAgent(agent),
      () => remove(team, workspace),
      () => heartbeat(agent, workspace.id),
    );
    succeeded(removal);
    expect(refused(beat)).toMatchObject({ code: 'WORKSPACE_REMOVED', workspace: { id: workspace.id } });
    expect(
      await psql('SELECT status, last_heartbeat_at, active_tasks FROM workspace WHERE id = $1', [
        uuidOf(workspace.id),
      ]),
    ).toEqual([{ status: 'REMOVED', last_heartbeat_at: null, active_tasks: 0 }]);
    const changes = await team.changes({ types: ['WORKSPACE_UPDATED', 'WORKSPACE_REMOVED'] });
    expect(changes.filter(({ entityId }) => entityId === workspace.id).at(-1)?.type).toBe(
      'WORKSPACE_REMOVED',
    );
  });

  it('that comes before a removal is stored, and the removal follows', async ({ team, psql, database }) => {
    const { workspace, agent } = await seated(team);
    const [beat, removal] = await inTurn(
      { psql, database },
      onAgent(agent),
      () => heartbeat(agent, workspace.id),
      () => remove(team, workspace),
    );
    succeeded(beat);
    succeeded(removal);
  });
});

describe('a spawn', () => {
  const spawn = async (team: Team, agent: TeamAgent) =>
    (
      await team.owner.query(mutations.SpawnSession, {
        input: { projectId: team.project.id, agentId: agent.id },
      })
    ).spawnSession;

  it('that comes after a removal is refused', async ({ team, psql, database }) => {
    const { workspace, agent } = await seated(team);
    const [removal, spawned] = await inTurn(
      { psql, database },
      onAgent(agent),
      () => remove(team, workspace),
      () => spawn(team, agent),
    );
    succeeded(removal);
    expect(refused(spawned)).toMatchObject({ code: 'AGENT_NOT_RUNNING' });
  });

  it('that comes before a removal has its session terminated', async ({ team, psql, database }) => {
    const { workspace, agent } = await seated(team);
    const [spawned, removal] = await inTurn(
      { psql, database },
      onAgent(agent),
      () => spawn(team, agent),
      () => remove(team, workspace),
    );
    succeeded(removal);
    expect(
      await psql('SELECT is_terminated FROM session WHERE id = $1', [uuidOf(succeeded(spawned).session.id)]),
    ).toEqual([{ is_terminated: true }]);
  });
});

/** At another server: at the same one, the second act would wait for the first before it takes a connection. */
describe('a hire', () => {
  const hire = async (team: Team, workspaceId: string) =>
    (
      await team.owner.query(mutations.HireAgent, {
        input: { organizationId: team.id, name: 'Robin', role: 'lead', workspaceId },
      })
    ).hireAgent;

  it('that comes after a removal is refused', async ({ team, psql, database, anotherApp }) => {
    const workspace = await team.addWorkspace();
    const [removal, hired] = await inTurn(
      { psql, database },
      onTree(team),
      () => remove(team, workspace),
      () => hire(team.at(anotherApp.url), workspace.id),
    );
    succeeded(removal);
    expect(refused(hired)).toMatchObject({ code: 'WORKSPACE_REMOVED' });
  });

  it('that comes before a removal is offboarded by it', async ({ team, psql, database, anotherApp }) => {
    const workspace = await team.addWorkspace();
    const [hired, removal] = await inTurn(
      { psql, database },
      onTree(team),
      () => hire(team, workspace.id),
      () => remove(team.at(anotherApp.url), workspace),
    );
    succeeded(hired);
    expect(succeeded(removal).offboardedAgentCount).toBe(1);
  });
});

it('a removal, moves, new children and hires at once leave a tree that holds together', async ({ team }) => {
  const root = await team.addWorkspace();
  const child = await team.addWorkspace({ parentId: root.id });
  const other = await team.addWorkspace();
  const answers = await Promise.all([
    remove(team, root),
    createWorkspace(team, { parentId: child.id, name: 'New' }),
    moveWorkspace(team, other.id, child.id),
    moveWorkspace(team, child.id, null),
    createWorkspace(team, { parentId: root.id, name: 'New' }),
    remove(team, child),
  ]);
  const codes = answers.filter((answer) => !hasSucceeded(answer)).map((answer) => refused(answer).code);
  expect(new Set(codes)).toEqual(new Set(codes.length > 0 ? ['WORKSPACE_REMOVED'] : []));
});
