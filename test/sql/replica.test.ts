/** A writer that turns ordinary triggers off, as replication and restores do. */

import { openPsql, uuidOf } from '../support/psql.ts';
import { expect, it } from '../support/test.ts';

it('a write under session_replication_role = replica is captured in the feed and checked by the rules', async ({
  createTeam,
  database,
}) => {
  const team = await createTeam();
  const session = await team.spawn();
  await using psql = await openPsql(database.url);
  await psql('SET session_replication_role = replica');
  await psql(`UPDATE session SET branch = 'replica' WHERE id = $1`, [uuidOf(session.id)]);

  const [change] = await team.changes({ types: ['SESSION_UPDATED'] });
  expect(change).toMatchObject({
    actor: { kind: 'DATABASE' },
    payload: { changed: ['branch'], row: { branch: 'replica' } },
  });
  await expect(psql('UPDATE session SET num = 99 WHERE id = $1', [uuidOf(session.id)])).rejects.toThrow(
    'a session stays in its project',
  );
});
