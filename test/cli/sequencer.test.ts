/** The sequencer as a process of its own: one leads, others stand by, and those who serve need not be either. */

import { Changes } from '../live/documents.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import type { SequencerProcess } from '../support/sequencerProcess.ts';
import { createTeamAt } from '../support/team.ts';
import { expect, test } from '../support/test.ts';

/** An organization at a server that runs no sequencer. */
const it = test.extend('team', async ({ ownDatabase, startServer }) => {
  const server = await startServer({}, ['--no-sequencer']);
  return await createTeamAt(server.url, ownDatabase.url);
});

it('fails over when the leader is killed, and nothing is lost, repeated or reordered', async ({
  ownDatabase,
  startSequencer,
  team,
}) => {
  const [first, second] = [startSequencer(), startSequencer()];
  const leaderOf = (some: SequencerProcess[]) =>
    Promise.race(some.map((each) => each.leading.then(() => each)));
  const leader = await leaderOf([first, second]);
  const standby = leader === first ? second : first;
  await standby.standingBy;

  const { id: session } = await team.spawn();
  await using psql = await openPsql(ownDatabase.url);
  await psql(`UPDATE session SET branch = '0' WHERE id = $1`, [uuidOf(session)]);
  const heard = await team.owner.subscribe(Changes, { organizationId: team.id, types: ['SESSION_UPDATED'] });
  let written = 0;
  const raise = () => {
    written += 1;
    return psql('UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1', [uuidOf(session)]);
  };
  const hear = async () => {
    // The update by which the counter begins may have come after the subscription.
    for (;;) {
      const { changes } = await heard.event();
      const count = Number((changes.payload as { row: { branch: string } }).row.branch);
      if (count > 0) return count;
    }
  };
  let expected = 0;
  const hearAll = async () => {
    while (expected < written) {
      expected += 1;
      expect(await hear()).toBe(expected);
    }
  };

  for (let round = 0; round < 20; round += 1) await raise();
  await hearAll();

  const killed = leader.end('SIGKILL');
  for (let round = 0; round < 20; round += 1) await raise();
  await killed;
  await standby.leading;
  for (let round = 0; round < 20; round += 1) await raise();
  await hearAll();

  // The one that is started anew stands by in turn, and takes over when the other is told to stop.
  const third = startSequencer();
  await third.standingBy;
  const stopped = await standby.end('SIGTERM');
  expect(stopped.code).toBe(0);
  expect(stopped.messages.slice(-2)).toEqual(['stopping', 'stopped']);
  await third.leading;
  await raise();
  await hearAll();
  expect(heard.pending).toEqual([]);
});

it('is not among those who serve, when they are told not to', async ({
  ownDatabase,
  startSequencer,
  team,
}) => {
  const heard = await team.owner.subscribe(Changes, { organizationId: team.id, types: ['SESSION_CREATED'] });
  await team.spawn();
  await using psql = await openPsql(ownDatabase.url);
  const waiting = async () => (await psql('SELECT FROM change_outbox')).length;
  expect(await waiting()).toBeGreaterThan(0);
  expect(heard.pending).toEqual([]);
  const sequencer = startSequencer();
  await sequencer.leading;
  expect((await heard.event()).changes.type).toBe('SESSION_CREATED');
});
