/** The sweeper closes execution workspaces that no session needs any more. */

import { age, ended, statusOf, swept } from '../support/executionWorkspaces.ts';
import { until } from '../support/feed.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend(
  'config',
  { scope: 'file' },
  { tuning: { everySeconds: { 'executionWorkspace.sweep': 1 } }, sweep: { idleDays: 7, graceMinutes: 10 } },
);

describe('an execution workspace', () => {
  it('whose sessions have all ended is closed after the grace time, by the system', async ({
    team,
    psql,
  }) => {
    const { id } = await ended(team);
    const recent = await ended(team);
    await age(psql, id, '11 minutes');
    await age(psql, recent.id, '5 minutes');
    await until(async () => (await statusOf(psql, id)) === 'ARCHIVED');
    await swept(team, psql);
    expect(await statusOf(psql, recent.id)).toBe('ACTIVE');
    const changes = (await team.changes()).filter(({ entityId }) => entityId === id);
    expect(changes.at(-1)).toMatchObject({
      type: 'EXECUTION_WORKSPACE_CLOSED',
      actor: { kind: 'SYSTEM', name: 'executionWorkspace.sweep' },
    });
    const events = await team.structureEvents('EXECUTION_WORKSPACE_CLOSED');
    expect(events.filter(({ subjectId }) => subjectId === id)).toMatchObject([{ actor: { kind: 'SYSTEM' } }]);
  });

  it('that was unused for seven days is closed, and one that was used is not', async ({ team, psql }) => {
    const unused = await team.openExecutionWorkspace();
    const used = await team.openExecutionWorkspace();
    await age(psql, used.id, '6 days');
    await age(psql, unused.id, '8 days');
    await until(async () => (await statusOf(psql, unused.id)) === 'ARCHIVED');
    await swept(team, psql);
    expect(await statusOf(psql, used.id)).toBe('ACTIVE');
  });

  it('with a live session stays open, however long it was not used', async ({ team, psql }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    await age(psql, id, '20 days');
    await swept(team, psql);
    expect(await statusOf(psql, id)).toBe('ACTIVE');
  });

  it('with an open pull request stays open', async ({ team, psql }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    team.onGitHub(7);
    succeeded(await team.claim(session.id, 7));
    await team.terminate(session.id);
    await age(psql, id, '20 days');
    await swept(team, psql);
    expect(await statusOf(psql, id)).toBe('ACTIVE');
  });
});

it('a cleanup that no job is doing any more has failed', async ({ team, psql }) => {
  const { id } = await team.openExecutionWorkspace();
  await psql(
    `UPDATE execution_workspace
        SET opened_at = now() - interval '2 hours', last_used_at = now(), status = 'ARCHIVED', provider_ref = 'lost',
            closed_at = now() - interval '2 hours', cleanup_eligible_at = now() - interval '2 hours'
      WHERE id = $1`,
    [uuidOf(id)],
  );
  await until(async () => (await statusOf(psql, id)) === 'CLEANUP_FAILED');
});
