/** createWorkspace, updateWorkspace, moveWorkspace and hireAgent for a workspace. */
import { globalId } from '../../../src/value/globalId.ts';
import * as mutations from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { describe, expect, it } from '../../support/test.ts';
import { createWorkspace, moveWorkspace, plant, removeWorkspace, treeOf } from './tree.ts';

describe('createWorkspace', () => {
  it('adds a vacant workspace and delivers one change', async ({ team }) => {
    const parent = await team.addWorkspace({ name: 'PM' });
    const { workspace, requestId } = succeeded(
      await createWorkspace(team, {
        parentId: parent.id,
        name: ' Lead ',
        role: 'Plans.\nLeads.',
        runtime: 'codex',
        tier: 2,
        model: 'large',
        plugins: ['git', 'shell'],
        spec: { canvas: { x: 1, y: 2 } },
      }),
    );
    expect(workspace).toMatchObject({
      name: 'Lead',
      role: 'Plans.\nLeads.',
      path: ['PM', 'Lead'],
      depth: 1,
      status: 'PROVISIONING',
      agent: null,
      parent: { id: parent.id },
      runtime: 'codex',
      tier: 2,
      model: 'large',
      plugins: ['git', 'shell'],
      spec: { canvas: { x: 1, y: 2 } },
    });
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'WORKSPACE_CREATED',
        entityId: workspace.id,
        payload: { changed: [], row: { name: 'Lead', parent: parent.id, plugins: ['git', 'shell'] } },
      },
    ]);
  });

  it('answers every issue of the input at once', async ({ team }) => {
    const error = refused(
      await createWorkspace(team, { name: 'a\u0001b', runtime: 'vim', tier: 10, plugins: ['git', 'git'] }),
    );
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'runtime' }, { path: 'tier' }, { path: 'plugins' }, { path: 'name' }],
    });
  });

  it('refuses a parent of another organization, and one that is removed', async ({ team, createTeam }) => {
    const foreign = await (await createTeam()).addWorkspace();
    expect(refused(await createWorkspace(team, { parentId: foreign.id }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    const parent = await team.addWorkspace();
    await team.removeWorkspace(parent);
    expect(refused(await createWorkspace(team, { parentId: parent.id }))).toMatchObject({
      code: 'WORKSPACE_REMOVED',
      workspace: { id: parent.id },
    });
  });

  it('names the sibling that has the name', async ({ team }) => {
    const { id } = await team.addWorkspace({ name: 'PM' });
    expect(refused(await createWorkspace(team, { name: 'PM' }))).toMatchObject({
      code: 'WORKSPACE_NAME_TAKEN',
      workspace: { id },
    });
  });

  it('adds one of several workspaces of one name that are created at once', async ({ team, psql }) => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => createWorkspace(team, { name: 'PM' })));
    expect(answers.filter(hasSucceeded).length).toBe(1);
    expect(answers.filter((answer) => !hasSucceeded(answer)).map((answer) => refused(answer).code)).toEqual(
      Array(5).fill('WORKSPACE_NAME_TAKEN'),
    );
    expect(await treeOf(psql, team)).toEqual(['PM PROVISIONING']);
  });

  it('refuses a 65th level', async ({ team }) => {
    const path = Array.from({ length: 64 }, (_, level) => `L${level}`);
    const ids = await plant(
      team,
      path.map((_, level) => path.slice(0, level + 1).join('/')),
    );
    expect(refused(await createWorkspace(team, { parentId: ids[path.join('/')] }))).toMatchObject({
      code: 'WORKSPACE_TOO_DEEP',
      limit: 64,
    });
    const { id } = await team.addWorkspace({ name: 'Root' });
    expect(refused(await moveWorkspace(team, ids.L0 ?? '', id))).toMatchObject({
      code: 'WORKSPACE_TOO_DEEP',
    });
  });
});

describe('updateWorkspace', () => {
  it('changes what is given, sets null back to its default, and delivers the names of the fields', async ({
    team,
  }) => {
    const { id } = await team.addWorkspace({ name: 'PM', role: 'Plans.', model: 'large', tier: 5 });
    const { updateWorkspace } = await team.owner.query(mutations.UpdateWorkspace, {
      input: { workspaceId: id, name: 'Lead', model: null, tier: null, spec: { note: 'x' } },
    });
    const { workspace, requestId } = succeeded(updateWorkspace);
    expect(workspace).toMatchObject({
      name: 'Lead',
      path: ['Lead'],
      role: 'Plans.',
      model: null,
      tier: 3,
      spec: { note: 'x' },
    });
    const [change, ...more] = await team.changes({ requestId });
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      type: 'WORKSPACE_UPDATED',
      payload: { changed: ['model', 'name', 'spec', 'tier'] },
    });
    expect(JSON.stringify(change)).not.toContain('note');
  });

  it('refuses the name of a sibling, and a removed workspace', async ({ team }) => {
    const first = await team.addWorkspace({ name: 'PM' });
    const second = await team.addWorkspace({ name: 'Lead' });
    const update = async (input: object) =>
      (await team.owner.query(mutations.UpdateWorkspace, { input: { workspaceId: second.id, ...input } }))
        .updateWorkspace;
    expect(refused(await update({ name: 'PM' }))).toMatchObject({
      code: 'WORKSPACE_NAME_TAKEN',
      workspace: { id: first.id },
    });
    expect(succeeded(await update({ name: 'Lead' })).workspace.name).toBe('Lead');
    await team.removeWorkspace(second);
    expect(refused(await update({ role: 'x' }))).toMatchObject({ code: 'WORKSPACE_REMOVED' });
  });
});

describe('moveWorkspace', () => {
  it('moves a subtree and delivers one change with both places', async ({ team, psql }) => {
    const ids = await plant(team, ['A', 'A/B', 'A/B/C', 'Z']);
    const { requestId } = succeeded(await moveWorkspace(team, ids['A/B'] ?? '', ids.Z ?? ''));
    expect(await treeOf(psql, team)).toEqual([
      'A PROVISIONING',
      'Z PROVISIONING',
      'Z/B PROVISIONING',
      'Z/B/C PROVISIONING',
    ]);
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'WORKSPACE_MOVED',
        entityId: ids['A/B'],
        payload: { changed: ['parent'], from: ids.A, to: ids.Z },
      },
    ]);
  });

  it('makes a workspace a root by null, and asks for null', async ({ team, psql }) => {
    const ids = await plant(team, ['A', 'A/B']);
    const { moveWorkspace: answer } = await team.owner.query(mutations.MoveWorkspace, {
      input: { workspaceId: ids['A/B'] ?? '' },
    });
    expect(refused(answer)).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'parentId' }] });
    succeeded(await moveWorkspace(team, ids['A/B'] ?? '', null));
    expect(await treeOf(psql, team)).toEqual(['A PROVISIONING', 'B PROVISIONING']);
  });

  it('changes nothing where the workspace is already', async ({ team }) => {
    const ids = await plant(team, ['A', 'A/B']);
    const { requestId } = succeeded(await moveWorkspace(team, ids['A/B'] ?? '', ids.A ?? ''));
    expect(await team.changes({ requestId })).toEqual([]);
  });

  it('refuses a cycle, a taken name, a removed parent and a foreign one', async ({ team, createTeam }) => {
    const ids = await plant(team, ['A', 'A/B', 'A/B/C', 'B', 'Gone']);
    const code = async (id = '', parentId = '') => refused(await moveWorkspace(team, id, parentId)).code;
    expect(await code(ids.A, ids['A/B/C'])).toBe('WORKSPACE_CYCLE');
    expect(await code(ids.A, ids.A)).toBe('WORKSPACE_CYCLE');
    expect(await code(ids.B, ids.A)).toBe('WORKSPACE_NAME_TAKEN');
    await team.removeWorkspace({ id: ids.Gone ?? '', name: 'Gone' });
    expect(await code(ids.B, ids.Gone)).toBe('WORKSPACE_REMOVED');
    expect(await code(ids.Gone, ids.B)).toBe('WORKSPACE_REMOVED');
    expect(await code(ids.B, (await (await createTeam()).addWorkspace()).id)).toBe('NOT_FOUND');
  });

  it('lets one of two moves win that would make a cycle together', async ({ team }) => {
    const ids = await plant(team, ['A', 'B']);
    const answers = await Promise.all([
      moveWorkspace(team, ids.A ?? '', ids.B ?? ''),
      moveWorkspace(team, ids.B ?? '', ids.A ?? ''),
    ]);
    expect(answers.filter(hasSucceeded).length).toBe(1);
    expect(answers.filter((answer) => !hasSucceeded(answer)).map((answer) => refused(answer).code)).toEqual([
      'WORKSPACE_CYCLE',
    ]);
  });
});

describe('hireAgent for a workspace', () => {
  const hire = async (team: Parameters<typeof plant>[0], workspaceId: string) =>
    (
      await team.owner.query(mutations.HireAgent, {
        input: { organizationId: team.id, name: 'Robin', role: 'lead', workspaceId },
      })
    ).hireAgent;

  it('fills the seat: the agent runs, and the workspace is ONLINE', async ({ team }) => {
    const { id, name } = await team.addWorkspace();
    const { agent, requestId } = succeeded(await hire(team, id));
    expect(agent).toMatchObject({ status: 'RUNNING', workspace: { id, status: 'ONLINE' } });
    expect((await team.changes({ requestId })).map(({ type, entityId }) => [type, entityId])).toEqual([
      ['AGENT_CREATED', agent.id],
      ['WORKSPACE_UPDATED', id],
    ]);
    expect(await team.structureEvents('AGENT_HIRED')).toMatchObject([
      { payload: { workspace: id, workspaceName: name } },
    ]);
  });

  it('is refused while an agent works there, and succeeds once it is offboarded', async ({ team }) => {
    const { id } = await team.addWorkspace();
    const { agent } = succeeded(await hire(team, id));
    expect(refused(await hire(team, id))).toMatchObject({
      code: 'WORKSPACE_OCCUPIED',
      agent: { id: agent.id },
    });
    await team.offboard(agent.id);
    succeeded(await hire(team, id));
  });

  it('hires one of several agents that are hired at once', async ({ team }) => {
    const { id } = await team.addWorkspace();
    const answers = await Promise.all(Array.from({ length: 5 }, () => hire(team, id)));
    expect(answers.filter(hasSucceeded).length).toBe(1);
    expect(answers.filter((answer) => !hasSucceeded(answer)).map((answer) => refused(answer).code)).toEqual(
      Array(4).fill('WORKSPACE_OCCUPIED'),
    );
  });

  it('is refused in a removed workspace and in one of another organization', async ({ team, createTeam }) => {
    const workspace = await team.addWorkspace();
    succeeded(await removeWorkspace(team, workspace.id, workspace.name));
    expect(refused(await hire(team, workspace.id))).toMatchObject({
      code: 'WORKSPACE_REMOVED',
      workspace: { id: workspace.id },
    });
    const foreign = await (await createTeam()).addWorkspace();
    expect(refused(await hire(team, foreign.id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(refused(await hire(team, globalId('Agent', 'x')))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
