/** The rules of the tree at the database, for programs that know nothing of the services. */
import { randomUUID } from 'node:crypto';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { plant, treeOf } from './tree.ts';

/** What became of a statement: `written`, or the rule by its name or its words. */
const written = async (psql: Psql, statement: string, values: unknown[] = []) =>
  await psql(statement, values).then(
    () => 'written',
    ({ constraint, message }) => constraint ?? message,
  );

const insert = (psql: Psql, team: Team, columns: Record<string, unknown>) => {
  const row = { organization_id: uuidOf(team.id), name: 'Raw', ...columns };
  return written(
    psql,
    `INSERT INTO workspace (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map((_, at) => `$${at + 1}`)})`,
    Object.values(row),
  );
};

const move = (psql: Psql, id: string, parentId: string | null) =>
  written(psql, 'UPDATE workspace SET parent_id = $2 WHERE id = $1', [id, parentId]);

const remove = (psql: Psql, ...ids: string[]) =>
  written(psql, "UPDATE workspace SET status = 'REMOVED', removed_at = now() WHERE id = ANY($1::uuid[])", [
    ids,
  ]);

async function planted(team: Team, ...paths: string[]): Promise<string[]> {
  return Object.values(await plant(team, paths)).map(uuidOf);
}

describe('the shape of a tree', () => {
  it('has no cycle, however many rows one statement moves', async ({ psql, team }) => {
    const [top = '', middle = '', leaf = '', other = ''] = await planted(team, 'A', 'A/B', 'A/B/C', 'D');
    expect(await move(psql, top, leaf)).toBe('workspace_cycle_check');
    expect(await move(psql, top, top)).toBe('workspace_parent_check');
    expect(
      await written(
        psql,
        'UPDATE workspace SET parent_id = CASE id WHEN $1 THEN $2 ELSE $1 END::uuid WHERE id IN ($1, $2)',
        [top, other],
      ),
    ).toBe('workspace_cycle_check');
    // A swap of places is no cycle once the statement has ended.
    expect(
      await written(
        psql,
        'UPDATE workspace SET parent_id = CASE id WHEN $1 THEN NULL WHEN $2 THEN $1 END::uuid WHERE id IN ($1, $2)',
        [middle, top],
      ),
    ).toBe('written');
    expect(await treeOf(psql, team)).toEqual([
      'B PROVISIONING',
      'B/A PROVISIONING',
      'B/C PROVISIONING',
      'D PROVISIONING',
    ]);
  });

  it('does not reach into another organization', async ({ psql, team, createTeam }) => {
    const [foreign = ''] = await planted(await createTeam(), 'A');
    expect(await insert(psql, team, { parent_id: foreign })).toBe('workspace_parent_fkey');
    expect(await insert(psql, team, { parent_id: randomUUID() })).toBe('workspace_parent_fkey');
  });

  it('has at most 64 levels', async ({ psql, team }) => {
    let parent: string | null = null;
    for (let level = 0; level < 64; level += 1) {
      const id = randomUUID();
      expect(await insert(psql, team, { id, parent_id: parent, name: `L${level}` })).toBe('written');
      parent = id;
    }
    expect(await insert(psql, team, { parent_id: parent })).toBe('workspace_depth_check');
    const [root = ''] = await planted(team, 'Root');
    const [top] = await psql<{ id: string }>(
      "SELECT id FROM workspace WHERE organization_id = $1 AND name = 'L0'",
      [uuidOf(team.id)],
    );
    expect(await move(psql, top?.id ?? '', root)).toBe('workspace_depth_check');
  });

  it('keeps names apart among live siblings alone, roots included', async ({ psql, team }) => {
    const [top = '', child = ''] = await planted(team, 'A', 'A/B');
    expect(await insert(psql, team, { name: 'A' })).toBe('workspace_name_key');
    expect(await insert(psql, team, { name: 'B', parent_id: top })).toBe('workspace_name_key');
    expect(await insert(psql, team, { name: 'B' })).toBe('written');
    expect(await remove(psql, child)).toBe('written');
    expect(await insert(psql, team, { name: 'B', parent_id: top })).toBe('written');
  });

  it.for(['', ' padded', 'two\nlines', 'sep\u0001arator', 'x'.repeat(256)])(
    'refuses the name %j',
    async (name, { psql, team }) => {
      expect(await insert(psql, team, { name })).toBe('workspace_name_check');
    },
  );

  it('has paths that follow from the names, and that no statement writes', async ({ psql, team }) => {
    const [top = '', middle = ''] = await planted(team, 'A', 'A/B', 'A/B/C', 'Z');
    await psql("UPDATE workspace SET name = 'New' WHERE id = $1", [top]);
    expect(await treeOf(psql, team)).toEqual([
      'New PROVISIONING',
      'New/B PROVISIONING',
      'New/B/C PROVISIONING',
      'Z PROVISIONING',
    ]);
    expect(await move(psql, middle, null)).toBe('written');
    expect(
      await psql('SELECT name, depth FROM workspace WHERE organization_id = $1 ORDER BY path', [
        uuidOf(team.id),
      ]),
    ).toEqual([
      { name: 'B', depth: 0 },
      { name: 'C', depth: 1 },
      { name: 'New', depth: 0 },
      { name: 'Z', depth: 0 },
    ]);
    expect(await written(psql, "UPDATE workspace SET path = 'x' WHERE id = $1", [top])).toBe(
      'workspace_path_stays',
    );
    expect(await written(psql, 'UPDATE workspace SET depth = 5 WHERE id = $1', [top])).toBe(
      'workspace_path_stays',
    );
  });

  it('takes many rows in one statement, each after its parent', async ({ psql, team }) => {
    const [parent, child] = [randomUUID(), randomUUID()];
    const both = 'INSERT INTO workspace (id, organization_id, parent_id, name) VALUES';
    expect(
      await written(psql, `${both} ($2, $3, $1, 'Child'), ($1, $3, NULL, 'Parent')`, [
        parent,
        child,
        uuidOf(team.id),
      ]),
    ).toBe('workspace_parent_first_check');
    expect(
      await written(psql, `${both} ($1, $3, NULL, 'Parent'), ($2, $3, $1, 'Child')`, [
        parent,
        child,
        uuidOf(team.id),
      ]),
    ).toBe('written');
    expect(await treeOf(psql, team)).toEqual(['Parent PROVISIONING', 'Parent/Child PROVISIONING']);
  });
});

describe('two statements at once', () => {
  it('cannot make a cycle that each alone would not make', async ({ psql, team, app }) => {
    const [one = '', two = ''] = await planted(team, 'A', 'B');
    await using other = await openPsql(app.app.db.url);
    await psql('BEGIN');
    await psql('UPDATE workspace SET parent_id = $2 WHERE id = $1', [one, two]);
    const second = move(other, two, one);
    await psql('COMMIT');
    expect(await second).toBe('workspace_cycle_check');
  });

  it('cannot add a workspace below one that is being removed', async ({ psql, team, app }) => {
    const [parent = ''] = await planted(team, 'A');
    await using other = await openPsql(app.app.db.url);
    await psql('BEGIN');
    await remove(psql, parent);
    const second = insert(other, team, { parent_id: parent });
    await psql('COMMIT');
    expect(await second).toBe('workspace_parent_live_check');
  });

  it('cannot seat an agent in a workspace that is being removed', async ({ psql, team, app }) => {
    const [seat = ''] = await planted(team, 'A');
    await using other = await openPsql(app.app.db.url);
    await psql('BEGIN');
    await remove(psql, seat);
    const second = seatAgent(other, team, seat);
    await psql('COMMIT');
    expect(await second).toBe('agent_workspace_live_check');
  });

  it('cannot remove a workspace in which an agent is being seated', async ({ psql, team, app }) => {
    const [seat = ''] = await planted(team, 'A');
    await using other = await openPsql(app.app.db.url);
    await psql('BEGIN');
    expect(await seatAgent(psql, team, seat)).toBe('written');
    const second = remove(other, seat);
    await psql('COMMIT');
    expect(await second).toBe('workspace_vacated_check');
  });
});

const seatAgent = (psql: Psql, team: Team, workspaceId: string) =>
  written(
    psql,
    `INSERT INTO agent (organization_id, name, role, status, hired_by_id, workspace_id)
     VALUES ($1, 'Robin', 'reviewer', 'RUNNING', $2, $3)`,
    [uuidOf(team.id), team.owner.userId, workspaceId],
  );

describe('a removed workspace', () => {
  it('goes with everything below it in one statement, or not at all', async ({ psql, team }) => {
    const [top = '', middle = '', leaf = ''] = await planted(team, 'A', 'A/B', 'A/B/C');
    expect(await remove(psql, top)).toBe('workspace_parent_live_check');
    expect(await remove(psql, top, middle)).toBe('workspace_parent_live_check');
    expect(await remove(psql, top, middle, leaf)).toBe('written');
  });

  it('never changes again, and takes no workspace, agent or schedule', async ({ psql, team }) => {
    const [removed = '', live = ''] = await planted(team, 'A', 'B');
    await remove(psql, removed);
    const update = (columns: string) =>
      written(psql, `UPDATE workspace SET ${columns} WHERE id = $1`, [removed]);
    expect(await update("status = 'ONLINE', removed_at = NULL")).toBe('workspace_removed_stays');
    expect(await update('last_heartbeat_at = now()')).toBe('workspace_removed_stays');
    expect(await update("name = 'B'")).toBe('workspace_removed_stays');
    expect(await move(psql, live, removed)).toBe('workspace_parent_live_check');
    expect(await insert(psql, team, { parent_id: removed })).toBe('workspace_parent_live_check');
    expect(await seatAgent(psql, team, removed)).toBe('agent_workspace_live_check');
    expect(await addSchedule(psql, team, removed)).toBe('workspace_schedule_live_check');
  });

  it('has its schedules off for good', async ({ psql, team }) => {
    const [id = ''] = await planted(team, 'A');
    expect(await addSchedule(psql, team, id)).toBe('written');
    await remove(psql, id);
    const schedules = () =>
      psql('SELECT enabled, next_run_at FROM workspace_schedule WHERE workspace_id = $1', [id]);
    expect(await schedules()).toEqual([{ enabled: false, next_run_at: null }]);
    expect(
      await written(psql, 'UPDATE workspace_schedule SET enabled = true WHERE workspace_id = $1', [id]),
    ).toBe('workspace_schedule_live_check');
  });

  it('has a time of removal, and only then', async ({ psql, team }) => {
    const [id = ''] = await planted(team, 'A');
    const update = (columns: string) => written(psql, `UPDATE workspace SET ${columns} WHERE id = $1`, [id]);
    expect(await update("status = 'REMOVED'")).toBe('workspace_removed_check');
    expect(await update('removed_at = now()')).toBe('workspace_removed_check');
  });
});

const addSchedule = (psql: Psql, team: Team, workspaceId: string) =>
  written(
    psql,
    `INSERT INTO workspace_schedule (organization_id, workspace_id, name, cron_expr, next_run_at)
     VALUES ($1, $2, 'daily', '0 9 * * *', now())`,
    [uuidOf(team.id), workspaceId],
  );

it('a workspace is never deleted, and stays in its organization', async ({ psql, team, createTeam }) => {
  const [id = ''] = await planted(team, 'A');
  const other = await createTeam();
  expect(await written(psql, 'DELETE FROM workspace WHERE id = $1', [id])).toBe('workspace_is_kept');
  expect(
    await written(psql, 'UPDATE workspace SET organization_id = $2 WHERE id = $1', [id, uuidOf(other.id)]),
  ).toBe('workspace_stays');
});

it('a workspace that never sent a heartbeat is neither OFFLINE nor DEGRADED', async ({ psql, team }) => {
  const { id } = await team.addWorkspace();
  await team.employ({ workspaceId: id });
  for (const status of ['OFFLINE', 'DEGRADED']) {
    expect(await written(psql, `UPDATE workspace SET status = '${status}' WHERE id = $1`, [uuidOf(id)])).toBe(
      'workspace_heartbeat_check',
    );
  }
});

it('an import stamps a workspace with its id and the name of its document, or with neither', async ({
  psql,
  team,
}) => {
  expect(await insert(psql, team, { import_document: 'Acme' })).toBe('workspace_stamp_check');
  expect(await insert(psql, team, { import_id: randomUUID() })).toBe('workspace_stamp_check');
});
