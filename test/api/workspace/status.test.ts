/** How the status of a workspace may change, and how it follows the agent that works there. */
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const STATUSES = ['PROVISIONING', 'ONLINE', 'OFFLINE', 'DEGRADED', 'FAILED', 'REMOVED'] as const;
type Status = (typeof STATUSES)[number];

const ALLOWED: Record<Status, Status[]> = {
  PROVISIONING: ['ONLINE', 'DEGRADED', 'FAILED', 'REMOVED'],
  ONLINE: ['PROVISIONING', 'OFFLINE', 'DEGRADED', 'FAILED', 'REMOVED'],
  OFFLINE: ['PROVISIONING', 'ONLINE', 'DEGRADED', 'FAILED', 'REMOVED'],
  DEGRADED: ['PROVISIONING', 'ONLINE', 'OFFLINE', 'FAILED', 'REMOVED'],
  FAILED: ['PROVISIONING', 'ONLINE', 'REMOVED'],
  REMOVED: [],
};

async function workspaceIn(psql: Psql, team: Team, status: Status): Promise<string> {
  const [row] = await psql<{ id: string }>(
    `INSERT INTO workspace (organization_id, name, status, last_heartbeat_at, removed_at)
     VALUES ($1, gen_random_uuid()::text, $2::workspace_status, now(), CASE $2::text WHEN 'REMOVED' THEN now() END)
     RETURNING id`,
    [uuidOf(team.id), status],
  );
  return row?.id ?? '';
}

describe.each(STATUSES)('from %s', (from) => {
  it.for(STATUSES.filter((status) => status !== from))(
    'to %s goes as the table says',
    async (to, { psql, team }) => {
      const id = await workspaceIn(psql, team, from);
      const outcome = await psql(
        `UPDATE workspace SET status = $2::workspace_status, removed_at = CASE $2::text WHEN 'REMOVED' THEN now() END
          WHERE id = $1`,
        [id, to],
      ).then(
        () => 'written',
        ({ message }) => message,
      );
      if (ALLOWED[from].includes(to)) expect(outcome).toBe('written');
      else expect(outcome).toMatch(/does not go from|stays as it was/);
    },
  );
});

describe('the agent of a workspace', () => {
  const statusOf = async (psql: Psql, id: string) =>
    (await psql<{ status: Status }>('SELECT status FROM workspace WHERE id = $1', [id]))[0]?.status;

  async function seat(psql: Psql, team: Team, workspaceId: string, status: string): Promise<string> {
    const [agent] = await psql<{ id: string }>(
      `INSERT INTO agent (organization_id, name, role, status, hired_by_id, workspace_id)
       VALUES ($1, 'Robin', 'reviewer', $2::agent_status, $3, $4) RETURNING id`,
      [uuidOf(team.id), status, team.owner.userId, workspaceId],
    );
    return agent?.id ?? '';
  }

  it('brings it ONLINE when it runs, and FAILED when it is in ERROR', async ({ psql, team }) => {
    const id = uuidOf((await team.addWorkspace()).id);
    const agent = await seat(psql, team, id, 'PENDING');
    expect(await statusOf(psql, id)).toBe('PROVISIONING');
    await psql("UPDATE agent SET status = 'RUNNING' WHERE id = $1", [agent]);
    expect(await statusOf(psql, id)).toBe('ONLINE');
    await psql("UPDATE agent SET status = 'ERROR' WHERE id = $1", [agent]);
    expect(await statusOf(psql, id)).toBe('FAILED');
    await psql("UPDATE agent SET status = 'STOPPED', offboarded_at = now() WHERE id = $1", [agent]);
    expect(await statusOf(psql, id)).toBe('PROVISIONING');
  });

  it('is one at a time, and stays in its workspace', async ({ psql, team }) => {
    const [first, second] = [await team.addWorkspace(), await team.addWorkspace()].map(({ id }) =>
      uuidOf(id),
    );
    const agent = await seat(psql, team, first ?? '', 'RUNNING');
    await expect(seat(psql, team, first ?? '', 'PENDING')).rejects.toMatchObject({
      constraint: 'agent_workspace_key',
    });
    await expect(psql('UPDATE agent SET workspace_id = $2 WHERE id = $1', [agent, second])).rejects.toThrow(
      'an agent stays in its workspace',
    );
  });

  it('takes its heartbeats with it when it is offboarded', async ({ psql, team }) => {
    const { id } = await team.addWorkspace();
    const agent = await team.employ({ workspaceId: id });
    await psql(
      "UPDATE workspace SET last_heartbeat_at = now(), active_tasks = 3, current_task = 'x' WHERE id = $1",
      [uuidOf(id)],
    );
    await team.offboard(agent.id);
    expect(
      await psql(
        'SELECT status, last_heartbeat_at, active_tasks, current_task FROM workspace WHERE id = $1',
        [uuidOf(id)],
      ),
    ).toEqual([{ status: 'PROVISIONING', last_heartbeat_at: null, active_tasks: 0, current_task: null }]);
  });

  it('is none that an external workspace waits for', async ({ psql, team }) => {
    const { id } = await team.addWorkspace({ runtime: 'external' });
    expect(await statusOf(psql, uuidOf(id))).toBe('ONLINE');
    const bySpec = await team.addWorkspace({ spec: { external: true } });
    expect(await statusOf(psql, uuidOf(bySpec.id))).toBe('ONLINE');
    const agent = await team.employ({ workspaceId: id });
    await team.offboard(agent.id);
    expect(await statusOf(psql, uuidOf(id))).toBe('ONLINE');
  });
});
