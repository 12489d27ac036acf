/** What a repetition makes of a stored result that does not fit its type. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TerminateSession } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

let work: Work;
let team: Team;
beforeAll(async () => {
  work = await startWork();
  team = await work.createTeam();
  team.onGitHub(7);
});
afterAll(() => work.close());

async function rewriteResult(key: string, change: string): Promise<void> {
  await work.psql(`UPDATE idempotency_key SET result = result ${change} WHERE key = $1`, [key]);
}

it.each([
  ['lacks a field', "- 'takenOverFrom'"],
  ['has a field of another type', `|| '{"takenOverFrom": "nobody"}'`],
  ['has an id that is no UUID', `|| '{"sessionId": "7"}'`],
])('a stored claim that %s is an internal error, and the claim is not made again', async (what, change) => {
  const session = await team.spawn();
  const claim = () => team.claim(session.id, 7, { idempotencyKey: what });
  succeeded(await claim());
  await rewriteResult(what, change);
  const before = await team.footprint();
  await expect(claim()).rejects.toThrow('INTERNAL_ERROR');
  expect(await team.footprint()).toEqual(before);
});

it('a stored result with an unknown field is returned without that field', async () => {
  const session = await team.spawn();
  const input = { sessionId: session.id, idempotencyKey: 'newer' };
  const first = succeeded((await team.owner.query(TerminateSession, { input })).terminateSession);
  await rewriteResult('newer', `|| '{"isNew": true}'`);
  const again = succeeded((await team.owner.query(TerminateSession, { input })).terminateSession);
  expect(again).toEqual(first);
  expect(uuidOf(again.session.id)).toBe(uuidOf(session.id));
});
