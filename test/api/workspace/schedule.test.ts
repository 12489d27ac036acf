/** setWorkspaceSchedule and removeWorkspaceSchedule. */
import type { RemoveWorkspaceScheduleInput, SetWorkspaceScheduleInput } from '../../graphql/graphql.ts';
import * as mutations from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';
import { importerOf } from '../orgImport/importing.ts';

/** Without the job that runs schedules: these tests are of what the mutations write. */
const it = test.extend('config', { scope: 'file' }, { tuning: { everySeconds: { 'schedule.due': 3600 } } });

const NINE = { name: 'Daily', cronExpr: '0 9 * * *', prompt: 'Plan the day.' };

const setSchedule = async (team: Team, input: SetWorkspaceScheduleInput) =>
  (await team.owner.query(mutations.SetWorkspaceSchedule, { input })).setWorkspaceSchedule;

const removeSchedule = async (team: Team, input: RemoveWorkspaceScheduleInput) =>
  (await team.owner.query(mutations.RemoveWorkspaceSchedule, { input })).removeWorkspaceSchedule;

const scheduleOf = async (team: Team, input: SetWorkspaceScheduleInput) =>
  succeeded(await setSchedule(team, input)).schedule;

async function importedSchedule(psql: Psql, team: Team, workspaceId: string): Promise<void> {
  await psql(
    `INSERT INTO workspace_schedule (organization_id, workspace_id, name, cron_expr, prompt, source)
     VALUES ($1, $2, 'Daily', '0 9 * * *', 'Plan the day.', 'TEMPLATE')`,
    [uuidOf(team.id), uuidOf(workspaceId)],
  );
}

describe('setWorkspaceSchedule', () => {
  it('makes a schedule that is enabled, in UTC, and has its next due time', async ({ team }) => {
    const { id: workspaceId } = await team.addWorkspace();
    const schedule = await scheduleOf(team, { workspaceId, ...NINE, projectId: team.project.id });
    expect(schedule).toMatchObject({
      ...NINE,
      timezone: 'UTC',
      enabled: true,
      source: 'RUNTIME',
      project: { id: team.project.id },
      lastRunAt: null,
      lastOutcome: null,
      lastReason: null,
      lastSession: null,
    });
    expect(schedule.nextRunAt).toMatch(/T09:00:00\.000Z$/);
    expect(Date.parse(schedule.nextRunAt ?? '')).toBeGreaterThan(Date.now());
  });

  it('changes what is given, and sets a field back that is null', async ({ team }) => {
    const { id: workspaceId } = await team.addWorkspace();
    const place = { workspaceId, name: NINE.name };
    const made = await scheduleOf(team, {
      workspaceId,
      ...NINE,
      timezone: 'Asia/Tokyo',
      projectId: team.project.id,
    });
    expect(made.nextRunAt).toMatch(/T00:00:00\.000Z$/);
    expect(await scheduleOf(team, { ...place, prompt: 'Look at the board.' })).toEqual({
      ...made,
      prompt: 'Look at the board.',
    });
    const reset = await scheduleOf(team, { ...place, timezone: null, projectId: null });
    expect(reset).toMatchObject({ id: made.id, timezone: 'UTC', project: null, cronExpr: NINE.cronExpr });
    expect(reset.nextRunAt).toMatch(/T09:00:00\.000Z$/);
    expect(await scheduleOf(team, { ...place, enabled: false })).toMatchObject({
      enabled: false,
      nextRunAt: null,
    });
    expect((await scheduleOf(team, { ...place, enabled: true })).nextRunAt).toBe(reset.nextRunAt);
  });

  it('accepts a schedule that is never due, without a next due time', async ({ team }) => {
    const { id: workspaceId } = await team.addWorkspace();
    expect(await scheduleOf(team, { workspaceId, ...NINE, cronExpr: '0 0 31 2 *' })).toMatchObject({
      enabled: true,
      nextRunAt: null,
    });
  });

  it('keeps a due time that has passed and was not claimed yet', async ({ team, psql }) => {
    const { id: workspaceId } = await team.addWorkspace();
    const { id } = await scheduleOf(team, { workspaceId, ...NINE });
    await psql("UPDATE workspace_schedule SET next_run_at = '2020-01-01T09:00Z' WHERE id = $1", [uuidOf(id)]);
    const place = { workspaceId, name: NINE.name };
    expect(await scheduleOf(team, { ...place, projectId: team.project.id })).toMatchObject({
      nextRunAt: '2020-01-01T09:00:00.000Z',
    });
    const later = await scheduleOf(team, { ...place, cronExpr: '0 10 * * *' });
    expect(Date.parse(later.nextRunAt ?? '')).toBeGreaterThan(Date.now());
  });

  it.for([
    [{ cronExpr: null }, 'cronExpr', /must be given/],
    [{ cronExpr: '* * * *' }, 'cronExpr', /five fields/],
    [{ cronExpr: '60 * * * *' }, 'cronExpr', /not a cron expression/],
    [{ cronExpr: '? * * * *' }, 'cronExpr', /must not contain/],
    [{ timezone: 'Mars/Base' }, 'timezone', /IANA/],
    [{ timezone: '+02:00' }, 'timezone', /IANA/],
    [{ prompt: '  ' }, 'prompt', /must not be empty/],
    [{ prompt: 'x'.repeat(100_001) }, 'prompt', /at most 100000/],
    [{ name: ' ' }, 'name', /must not be empty/],
  ] as const)('refuses %j', async ([fields, path, message], { team, psql }) => {
    const { id: workspaceId } = await team.addWorkspace();
    expect(refused(await setSchedule(team, { workspaceId, ...NINE, ...fields }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path, message: expect.stringMatching(message) }],
    });
    expect(
      await psql('SELECT FROM workspace_schedule WHERE workspace_id = $1', [uuidOf(workspaceId)]),
    ).toEqual([]);
  });

  it('refuses a project that is archived, or of another organization', async ({ team, psql, createTeam }) => {
    const { id: workspaceId } = await team.addWorkspace();
    const { project: foreign } = await createTeam();
    expect(refused(await setSchedule(team, { workspaceId, ...NINE, projectId: foreign.id }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]);
    expect(
      refused(await setSchedule(team, { workspaceId, ...NINE, projectId: team.project.id })),
    ).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'projectId' }] });
  });

  it('changes the project alone of a schedule that an import made', async ({ team, psql }) => {
    const { id: workspaceId } = await team.addWorkspace();
    await importedSchedule(psql, team, workspaceId);
    expect(await scheduleOf(team, { workspaceId, ...NINE, projectId: team.project.id })).toMatchObject({
      source: 'TEMPLATE',
      project: { id: team.project.id },
    });
    const change = { workspaceId, name: NINE.name, cronExpr: '0 10 * * *', enabled: false };
    expect(refused(await setSchedule(team, change))).toMatchObject({
      issues: [{ path: 'cronExpr' }, { path: 'enabled' }],
    });
  });

  it('refuses a removed workspace', async ({ team }) => {
    const workspace = await team.addWorkspace();
    await team.removeWorkspace(workspace);
    expect(refused(await setSchedule(team, { workspaceId: workspace.id, ...NINE }))).toMatchObject({
      code: 'WORKSPACE_REMOVED',
    });
  });

  it('makes one schedule of ten calls at once', async ({ team, psql }) => {
    const { id: workspaceId } = await team.addWorkspace();
    const made = await Promise.all(
      Array.from({ length: 10 }, () => scheduleOf(team, { workspaceId, ...NINE })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(
      await psql('SELECT name FROM workspace_schedule WHERE workspace_id = $1', [uuidOf(workspaceId)]),
    ).toHaveLength(1);
  });
});

describe('removeWorkspaceSchedule', () => {
  it('deletes a schedule, and changes nothing the second time', async ({ team }) => {
    const { id: workspaceId } = await team.addWorkspace();
    await scheduleOf(team, { workspaceId, ...NINE });
    const place = { workspaceId, name: NINE.name };
    const empty = { workspace: { id: workspaceId, schedules: { nodes: [] } } };
    expect(succeeded(await removeSchedule(team, place))).toMatchObject(empty);
    expect(succeeded(await removeSchedule(team, place))).toMatchObject(empty);
  });

  it('refuses a schedule that an import made', async ({ team, psql }) => {
    const { id: workspaceId } = await team.addWorkspace();
    await importedSchedule(psql, team, workspaceId);
    expect(refused(await removeSchedule(team, { workspaceId, name: NINE.name }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'name' }],
    });
  });

  it('refuses a removed workspace', async ({ team }) => {
    const workspace = await team.addWorkspace();
    await scheduleOf(team, { workspaceId: workspace.id, ...NINE });
    await team.removeWorkspace(workspace);
    expect(refused(await removeSchedule(team, { workspaceId: workspace.id, name: NINE.name }))).toMatchObject(
      { code: 'WORKSPACE_REMOVED' },
    );
  });
});

describe('importOrg', () => {
  const DOCUMENT = (cronExpr: string) => `
name: Acme
workspaces:
  - name: PM
    schedules:
      - { name: Daily, cron_expr: ${cronExpr}, timezone: Asia/Tokyo, prompt: Plan the day. }
      - { name: Off, cron_expr: 0 9 * * *, enabled: false }
`;

  const schedulesOf = async (psql: Psql, team: Team) =>
    await psql<{ name: string; next_run_at: Date | null; project_id: string | null }>(
      'SELECT name, next_run_at, project_id FROM workspace_schedule WHERE organization_id = $1 ORDER BY name',
      [uuidOf(team.id)],
    );

  it('computes the next due times, and keeps the project that a person has set', async ({ team, psql }) => {
    const importer = importerOf(team);
    const { items } = await importer.import(DOCUMENT('0 9 * * *'));
    const [daily, off] = await schedulesOf(psql, team);
    expect(daily?.next_run_at?.toISOString()).toMatch(/T00:00:00\.000Z$/);
    expect(off?.next_run_at).toBeNull();
    await scheduleOf(team, {
      workspaceId: items[0]?.workspace?.id ?? '',
      name: 'Daily',
      projectId: team.project.id,
    });
    await importer.reconcile(DOCUMENT('30 9 * * *'));
    const [changed] = await schedulesOf(psql, team);
    expect(changed?.next_run_at?.toISOString()).toMatch(/T00:30:00\.000Z$/);
    expect(changed?.project_id).toBe(uuidOf(team.project.id));
  });
});

describe('setWorkspaceSchedule repeated under its idempotencyKey after the schedule was removed', () => {
  it.for(['id', 'id prompt'])('returns NOT_FOUND when { %s } is selected', async (selection, { team }) => {
    const { id: workspaceId } = await team.addWorkspace();
    const set = async () => {
      const query = `mutation ($input: SetWorkspaceScheduleInput!) { setWorkspaceSchedule(input: $input) {
        ... on SetWorkspaceSchedulePayload { schedule { ${selection} } } } }`;
      const variables = { input: { workspaceId, ...NINE, idempotencyKey: 'once' } };
      return await (await team.owner.raw({ query, variables })).json();
    };
    expect((await set()).data.setWorkspaceSchedule.schedule.id).toEqual(expect.any(String));
    succeeded(await removeSchedule(team, { workspaceId, name: NINE.name }));
    expect(await set()).toMatchObject({
      data: { setWorkspaceSchedule: null },
      errors: [{ path: ['setWorkspaceSchedule', 'schedule'], extensions: { code: 'NOT_FOUND' } }],
    });
  });
});
