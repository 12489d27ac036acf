/** Workspaces whose agents have containers: from PROVISIONING on, and what a removal does to a start under way. */
import { until } from '../support/feed.ts';
import { hasQueues, jobsOf, setRetries } from '../support/jobs.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { expect, test } from '../support/test.ts';

const it = test.extend('config', { scope: 'file' }, ({ containers }) => ({ runtime: containers.runtime }));
it.beforeAll(async ({ app: _, psql }) => {
  await until(() => hasQueues(psql));
});

const statusOf = async (psql: Psql, id: string) =>
  (await psql<{ status: string }>('SELECT status FROM workspace WHERE id = $1', [uuidOf(id)]))[0]?.status;

it('a workspace is PROVISIONING until the container of its agent has started', async ({
  team,
  psql,
  containers,
}) => {
  const workspace = await team.addWorkspace();
  const agent = await team.employ({ workspaceId: workspace.id });
  expect(agent.status).toBe('PENDING');
  await until(async () => (await statusOf(psql, workspace.id)) === 'ONLINE');
  const updates = (await team.changes({ types: ['WORKSPACE_UPDATED'] })).filter(
    ({ entityId }) => entityId === workspace.id,
  );
  expect(updates).toMatchObject([
    {
      actor: { kind: 'SYSTEM', name: 'agent.start' },
      payload: { changed: ['status'], row: { status: 'ONLINE' } },
    },
  ]);
  await team.removeWorkspace(workspace);
  await until(async () => (await containers.log(uuidOf(agent.id))).includes('remove done'));
  expect((await containers.log(uuidOf(agent.id))).filter((line) => line.endsWith('done'))).toEqual([
    'start done',
    'stop done',
    'remove done',
  ]);
});

it('a workspace is FAILED when the container of its agent does not start', async ({
  team,
  psql,
  containers,
}) => {
  await setRetries(psql, 'agent.start', 0);
  await containers.before('start', 'exit 1');
  const { id } = await team.addWorkspace();
  const agent = await team.employ({ workspaceId: id });
  await until(async () => (await statusOf(psql, id)) === 'FAILED');
  await containers.before('start');
  await team.offboard(agent.id);
  expect(await statusOf(psql, id)).toBe('PROVISIONING');
});

it('an external workspace is ONLINE, and its agent RUNNING, without a container', async ({ team, psql }) => {
  const { id } = await team.addWorkspace({ spec: { external: true } });
  const agent = await team.employ({ workspaceId: id });
  expect(agent.status).toBe('RUNNING');
  expect(await statusOf(psql, id)).toBe('ONLINE');
  expect(await jobsOf(psql, agent.id)).toEqual([]);
});

it('a removal during a start stops and removes the container once the start has ended, and revives nothing', async ({
  team,
  psql,
  containers,
}) => {
  await containers.before('start', 'while [ ! -f "$dir/go-$id" ]; do sleep 0.02; done');
  const workspace = await team.addWorkspace();
  const agent = await team.employ({ workspaceId: workspace.id });
  await until(async () => (await containers.log(uuidOf(agent.id))).includes('start called'));
  await team.removeWorkspace(workspace);
  expect(await containers.log(uuidOf(agent.id))).toEqual(['start called']);
  await containers.before('start');
  await containers.touch(`go-${uuidOf(agent.id)}`);
  await until(async () => (await containers.log(uuidOf(agent.id))).includes('remove done'));
  expect(await containers.log(uuidOf(agent.id))).toEqual([
    'start called',
    'start done',
    'stop called',
    'stop done',
    'remove called',
    'remove done',
  ]);
  expect(await statusOf(psql, workspace.id)).toBe('REMOVED');
});
