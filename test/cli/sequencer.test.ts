/** The sequencer as a process of its own: one leads, others stand by, and servers can run without one. */

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

it('a standby sequencer takes over when the leader is killed, and no change is lost, repeated or reordered', async ({
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
  const subscription = await team.owner.subscribe(Changes, {
    organizationId: team.id,
    types: ['SESSION_UPDATED'],
  });
  let written = 0;
  const raise = () => {
    written += 1;
    return psql('UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1', [uuidOf(session)]);
  };
  const nextCount = async () => {
    // The update that starts the counter may come after the subscription.
    for (;;) {
      const { changes } = await subscription.event();
      const count = Number((changes.payload as { row: { branch: string } }).row.branch);
      if (count > 0) return count;
    }
  };
  let expected = 0;
  const expectAll = async () => {
    while (expected < written) {
      expected += 1;
      expect(await nextCount()).toBe(expected);
    }
  };

  for (let round = 0; round < 20; round += 1) await raise();
  await expectAll();

  const killed = leader.end('SIGKILL');
  for (let round = 0; round < 20; round += 1) await raise();
  await killed;
  await standby.leading;
  for (let round = 0; round < 20; round += 1) await raise();
  await expectAll();

  // A restarted sequencer stands by and takes over when the leader stops.
  const third = startSequencer();
  await third.standingBy;
  const stopped = await standby.end('SIGTERM');
  expect(stopped.code).toBe(0);
  expect(stopped.messages.slice(-2)).toEqual(['stopping', 'stopped']);
  await third.leading;
  await raise();
  await expectAll();
  expect(subscription.pending).toEqual([]);
});

it('a server with --no-sequencer leaves changes in the outbox until a sequencer starts', async ({
  ownDatabase,
  startSequencer,
  team,
}) => {
  const subscription = await team.owner.subscribe(Changes, {
    organizationId: team.id,
    types: ['SESSION_CREATED'],
  });
  await team.spawn();
  await using psql = await openPsql(ownDatabase.url);
  const waiting = async () => (await psql('SELECT FROM change_outbox')).length;
  expect(await waiting()).toBeGreaterThan(0);
  expect(subscription.pending).toEqual([]);
  const sequencer = startSequencer();
  await sequencer.leading;
  expect((await subscription.event()).changes.type).toBe('SESSION_CREATED');
});
