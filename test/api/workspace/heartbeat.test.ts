/** reportWorkspaceHeartbeat: what it stores, what it announces, and the status that follows. */
import type { ReportWorkspaceHeartbeatInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import * as mutations from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { describe, expect, test } from '../../support/test.ts';

const it = test
  .extend('workspace', async ({ team }) => await team.addWorkspace())
  .extend('agent', async ({ team, workspace }) => await team.hire({ workspaceId: workspace.id }));

async function report(
  client: Client,
  workspaceId: string,
  input: Partial<ReportWorkspaceHeartbeatInput> = {},
) {
  const answer = await client.query(mutations.ReportWorkspaceHeartbeat, { input: { workspaceId, ...input } });
  return answer.reportWorkspaceHeartbeat;
}

it('a heartbeat that only observes is stored and makes no change', async ({ team, workspace, agent }) => {
  const { workspace: stored, requestId } = succeeded(
    await report(agent, workspace.id, { errorRate: 0.2, sampleError: 'timeout', uptimeSeconds: 60 }),
  );
  expect(stored).toMatchObject({ status: 'ONLINE', lastHeartbeatAt: expect.any(String) });
  expect(await team.changes({ requestId })).toEqual([]);
});

it('a heartbeat with another number of tasks, or another task, is announced by the agent', async ({
  team,
  workspace,
  agent,
}) => {
  const { requestId } = succeeded(
    await report(agent, workspace.id, { activeTasks: 2, currentTask: 'Write tests', errorRate: 0.2 }),
  );
  expect(await team.changes({ requestId })).toMatchObject([
    {
      type: 'WORKSPACE_UPDATED',
      actor: { kind: 'AGENT', agent: { id: agent.id } },
      payload: {
        changed: ['activeTasks', 'currentTask'],
        row: { activeTasks: 2, currentTask: 'Write tests', errorRate: 0.2 },
      },
    },
  ]);
});

describe('the status', () => {
  it.for([
    [{ errorRate: 0.49 }, 'ONLINE'],
    [{ errorRate: 0.5 }, 'DEGRADED'],
    [{ errorRate: 0.3 }, 'ONLINE'],
    [{ isWedged: true }, 'DEGRADED'],
  ] as const)('of an ONLINE workspace after %j is %s', async ([input, status], { workspace, agent }) => {
    expect(succeeded(await report(agent, workspace.id, input)).workspace.status).toBe(status);
  });

  it.for([
    [{ errorRate: 0.1 }, 'DEGRADED'],
    [{ errorRate: 0.09 }, 'ONLINE'],
    [{}, 'ONLINE'],
    [{ isWedged: true }, 'DEGRADED'],
  ] as const)('of a DEGRADED workspace after %j is %s', async ([input, status], { workspace, agent }) => {
    succeeded(await report(agent, workspace.id, { errorRate: 1 }));
    expect(succeeded(await report(agent, workspace.id, input)).workspace.status).toBe(status);
  });

  it('of an OFFLINE workspace is ONLINE after a heartbeat', async ({ workspace, agent, psql }) => {
    succeeded(await report(agent, workspace.id));
    await psql("UPDATE workspace SET status = 'OFFLINE' WHERE id = $1", [uuidOf(workspace.id)]);
    expect(succeeded(await report(agent, workspace.id)).workspace.status).toBe('ONLINE');
  });
});

it('only the agent of the workspace reports, and nothing is stored of another', async ({
  team,
  workspace,
  agent,
}) => {
  succeeded(await report(agent, workspace.id));
  const elsewhere = await team.hire({ workspaceId: (await team.addWorkspace()).id });
  // Its token notes its first use.
  await elsewhere.raw({ query: '{ viewer { id } }' });
  const before = await team.footprint();
  for (const client of [team.owner, elsewhere]) {
    expect(refused(await report(client, workspace.id, { activeTasks: 9 }))).toMatchObject({
      code: 'FORBIDDEN',
    });
  }
  expect(await team.footprint()).toEqual(before);
});

it('every issue of the input is answered at once', async ({ workspace, agent }) => {
  expect(
    refused(
      await report(agent, workspace.id, {
        errorRate: 1.5,
        activeTasks: -1,
        currentTask: '',
        uptimeSeconds: -1,
      }),
    ),
  ).toMatchObject({
    code: 'INVALID_INPUT',
    issues: [
      { path: 'errorRate' },
      { path: 'activeTasks' },
      { path: 'currentTask' },
      { path: 'uptimeSeconds' },
    ],
  });
});
