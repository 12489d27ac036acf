/** A repeated mutation whose stored result does not fit its type. */

import { TerminateSession } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import { expect, it } from '../../support/test.ts';

it.beforeAll(async ({ sharedTeam: team }) => {
  team.onGitHub(7);
});

async function rewriteResult(psql: Psql, key: string, change: string): Promise<void> {
  await psql(`UPDATE idempotency_key SET result = result ${change} WHERE key = $1`, [key]);
}

it.for([
  ['lacks a field', "- 'takenOverFrom'"],
  ['has a field of another type', `|| '{"takenOverFrom": "no list"}'`],
  ['has an id that is no UUID', `|| '{"sessionId": "7"}'`],
] as const)(
  'a stored claim that %s is an internal error, and the claim is not made again',
  async ([what, change], { sharedTeam: team, psql }) => {
    const session = await team.spawn();
    const claim = () => team.claim(session.id, 7, { idempotencyKey: what });
    succeeded(await claim());
    await rewriteResult(psql, what, change);
    const before = await team.footprint();
    await expect(claim()).rejects.toThrow('INTERNAL_ERROR');
    expect(await team.footprint()).toEqual(before);
  },
);

it('a stored result with an unknown field is returned without that field', async ({
  sharedTeam: team,
  psql,
}) => {
  const session = await team.spawn();
  const input = { sessionId: session.id, idempotencyKey: 'newer' };
  const first = succeeded((await team.owner.query(TerminateSession, { input })).terminateSession);
  await rewriteResult(psql, 'newer', `|| '{"isNew": true}'`);
  const again = succeeded((await team.owner.query(TerminateSession, { input })).terminateSession);
  expect(again).toEqual(first);
  expect(uuidOf(again.session.id)).toBe(uuidOf(session.id));
});
