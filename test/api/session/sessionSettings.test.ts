/** The display name and the merge policy of a session. */

import type { RenameSessionInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { RenameSession, UpdateMergePolicy } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const it = test.extend('session', async ({ team }) => await team.spawn());

describe('renameSession', () => {
  async function rename(
    team: Team,
    session: { id: string },
    input: Partial<RenameSessionInput>,
    by: Client = team.owner,
  ) {
    return (await by.query(RenameSession, { input: { sessionId: session.id, ...input } })).renameSession;
  }

  it('sets the displayName or clears it with null', async ({ team, session }) => {
    const named = succeeded(await rename(team, session, { displayName: ' Ada ' }));
    expect(named.session).toEqual({ id: session.id, displayName: 'Ada' });
    expect(await team.changes({ requestId: named.requestId })).toMatchObject([
      { type: 'SESSION_UPDATED', payload: { changed: ['displayName'], row: { displayName: 'Ada' } } },
    ]);
    expect(
      succeeded(await rename(team, session, { displayName: 'x'.repeat(20) })).session.displayName,
    ).toHaveLength(20);
    expect(succeeded(await rename(team, session, { displayName: null })).session.displayName).toBeNull();
  });

  it('makes no change in the feed when the name is the same', async ({ team, session }) => {
    succeeded(await rename(team, session, { displayName: 'Ada' }));
    const { requestId } = succeeded(await rename(team, session, { displayName: 'Ada' }));
    expect(await team.changes({ requestId })).toEqual([]);
  });

  it('renames a terminated session', async ({ team, session }) => {
    await team.terminate(session.id);
    expect(succeeded(await rename(team, session, { displayName: 'Ada' })).session.displayName).toBe('Ada');
  });

  it.for([
    [{ displayName: '' }, 'must not be empty'],
    [{ displayName: ' ' }, 'must not be empty'],
    [{ displayName: 'x'.repeat(21) }, 'must have at most 20 characters'],
    [{}, 'must be given; null takes the name away'],
  ] as const)('refuses %j', async ([input, message], { team, session }) => {
    succeeded(await rename(team, session, { displayName: 'Ada' }));
    const before = await team.footprint();
    expect(refused(await rename(team, session, input))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'displayName', message }],
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('returns NOT_FOUND for a session that is deleted while the mutation waits', async ({
    team,
    session,
    psql,
    app,
  }) => {
    await psql('BEGIN');
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(session.id)]);
    const renaming = rename(team, session, { displayName: 'Ada' });
    await expect
      .poll(
        async () =>
          (await app.app.db.prisma.$queryRaw<object[]>`SELECT FROM pg_locks WHERE NOT granted`).length,
      )
      .toBeGreaterThan(0);
    await psql('COMMIT');
    expect(refused(await renaming).code).toBe('NOT_FOUND');
  });
});

describe('updateMergePolicy', () => {
  async function update(team: Team, session: { id: string }, terminateOnPrMerge: boolean) {
    const input = { sessionId: session.id, terminateOnPrMerge };
    return succeeded((await team.owner.query(UpdateMergePolicy, { input })).updateMergePolicy);
  }

  it('makes a change in the feed only when the policy changes', async ({ team, session }) => {
    const { requestId } = await update(team, session, true);
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'SESSION_UPDATED',
        payload: { changed: ['mergePolicy'], row: { mergePolicy: { terminateOnPrMerge: true } } },
      },
    ]);
    const again = await update(team, session, true);
    expect(await team.changes({ requestId: again.requestId })).toEqual([]);
  });
});
