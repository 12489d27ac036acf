/** removeWorkspace: what goes with it, in which order, and what stays. */
import * as mutations from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { countStatements } from '../../support/statements.ts';
import { expect, it } from '../../support/test.ts';
import { plant, removeWorkspace, treeOf } from './tree.ts';

it('asks for the name, says what would go, and changes nothing without it', async ({ team }) => {
  const ids = await plant(team, ['A', 'A/B', 'A/B/C', 'Z']);
  for (const path of ['A', 'A/B/C']) {
    const agent = await team.hire({ workspaceId: ids[path] });
    const { reportWorkspaceHeartbeat } = await agent.query(mutations.ReportWorkspaceHeartbeat, {
      input: { workspaceId: ids[path] ?? '', activeTasks: 2 },
    });
    succeeded(reportWorkspaceHeartbeat);
  }
  const before = await team.footprint();
  for (const confirmName of [undefined, '', 'B', 'a', ' A']) {
    expect(refused(await removeWorkspace(team, ids.A ?? '', confirmName))).toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
      workspaceName: 'A',
      descendantCount: 2,
      activeTasks: 4,
    });
  }
  expect(await team.footprint()).toEqual(before);
});

it('removes the subtree with its agents in one transaction, children before parents', async ({
  team,
  psql,
}) => {
  const ids = await plant(team, ['A', 'A/B', 'A/B/C', 'A/D', 'Z']);
  const agent = await team.hire({ workspaceId: ids['A/B'] });
  const { watchRepo } = await team.owner.query(mutations.WatchRepo, {
    input: { agentId: agent.id, repo: 'acme/rocket' },
  });
  succeeded(watchRepo);
  const session = await team.spawn({ agentId: agent.id });
  const survivor = await team.employ({ workspaceId: ids.Z });

  const { workspace, removedCount, offboardedAgentCount, requestId } = succeeded(
    await removeWorkspace(team, ids.A ?? '', 'A'),
  );
  expect(workspace).toMatchObject({ status: 'REMOVED', path: ['A'], agent: null });
  expect([removedCount, offboardedAgentCount]).toEqual([4, 1]);
  expect(await treeOf(psql, team)).toEqual(['Z ONLINE']);

  const changes = await team.changes({ requestId });
  expect(changes.map(({ type, entityId }) => [type, entityId])).toEqual([
    ['WORKSPACE_REMOVED', ids['A/B/C']],
    ['WORKSPACE_REMOVED', ids['A/B']],
    ['WORKSPACE_REMOVED', ids['A/D']],
    ['WORKSPACE_REMOVED', ids.A],
    ['REPO_RELEASED', expect.any(String)],
    ['SESSION_UPDATED', session.id],
    ['TOKEN_ARCHIVED', expect.any(String)],
    ['AGENT_OFFBOARDED', agent.id],
  ]);
  expect(await team.structureEvents('WORKSPACE_REMOVED')).toHaveLength(4);
  expect(await team.structureEvents('WORKSPACE_REMOVED')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        subjectId: ids['A/B/C'],
        requestId,
        payload: { name: 'C', path: ['A', 'B', 'C'], reason: 'The workspace "A" was removed.' },
      }),
    ]),
  );
  expect(await team.structureEvents('AGENT_OFFBOARDED')).toMatchObject([
    {
      subjectId: agent.id,
      payload: { reason: 'The workspace "A" was removed.', releasedRepos: ['acme/rocket'], revokedTokens: 1 },
    },
  ]);
  expect(await psql('SELECT status FROM agent WHERE id = $1', [uuidOf(survivor.id)])).toEqual([
    { status: 'RUNNING' },
  ]);
});

it('is refused a second time', async ({ team }) => {
  const workspace = await team.addWorkspace();
  await team.removeWorkspace(workspace);
  expect(refused(await removeWorkspace(team, workspace.id, workspace.name))).toMatchObject({
    code: 'WORKSPACE_REMOVED',
    workspace: { id: workspace.id },
  });
});

it('offboards an agent in ERROR too', async ({ team, psql }) => {
  const workspace = await team.addWorkspace();
  const { id } = await team.employ({ workspaceId: workspace.id });
  await psql("UPDATE agent SET status = 'ERROR' WHERE id = $1", [uuidOf(id)]);
  await team.removeWorkspace(workspace);
  expect(await psql('SELECT status FROM agent WHERE id = $1', [uuidOf(id)])).toEqual([{ status: 'STOPPED' }]);
});

it('takes as many statements for forty workspaces as for four', async ({ team, database }) => {
  async function removal(size: number): Promise<number> {
    const root = await team.addWorkspace({ name: `Root ${size}` });
    for (let n = 1; n < size; n += 1) {
      const { id } = await team.addWorkspace({ parentId: root.id, name: `Child ${n}` });
      await team.employ({ workspaceId: id });
    }
    const counted = countStatements(database.url);
    const { removeWorkspace: answer } = await team.owner.query(mutations.RemoveWorkspace, {
      input: { workspaceId: root.id, confirmName: root.name },
    });
    counted.stop();
    expect(succeeded(answer).removedCount).toBe(size);
    return counted.count();
  }
  const few = await removal(4);
  expect(few).toBeGreaterThanOrEqual(5);
  expect(await removal(40)).toBe(few);
});
