/** The objects of events are read together, are as new as their events, and are null when they are gone. */

import { graphql } from '../graphql/gql.ts';
import { uuidOf } from '../support/psql.ts';
import { countStatements, tableOf } from '../support/statements.ts';
import { expect, it } from '../support/test.ts';
import { PrSessionChanged } from './documents.ts';

const SessionStatus = graphql(`
  subscription NounsSessionStatus($organizationId: ID!) {
    sessionChanged(organizationId: $organizationId) {
      type
      session {
        id
        branch
        displayStatus
        project {
          slug
        }
      }
    }
  }
`);

const SessionPage = graphql(`
  subscription NounsSessionPage($organizationId: ID!) {
    changes(organizationId: $organizationId, types: [SESSION_UPDATED, SESSION_CREATED]) {
      entity {
        ... on Session {
          id
          branch
        }
      }
    }
  }
`);

const ROWS = 60;

it('objects are read once per type for all changes of a batch and all subscribers', async ({
  sharedTeam: team,
  psql,
  app,
  database,
}) => {
  const sessions = [];
  for (let count = 0; count < ROWS; count += 1) sessions.push(await team.spawn());
  const clients = [1, 2].map(() => app.client(team.owner.token));
  const heard = await Promise.all(
    clients.map((client) => client.subscribe(SessionStatus, { organizationId: team.id })),
  );
  // Events of the spawning come before the marker's.
  const marker = await team.spawn();
  for (const each of heard) {
    for (;;) {
      const { sessionChanged } = await each.event();
      if (sessionChanged.session?.id === marker.id) break;
    }
  }

  const counted = countStatements(database.url);
  await psql('UPDATE session SET branch = $1 WHERE id = ANY($2::uuid[])', [
    'together',
    sessions.map(({ id }) => uuidOf(id)),
  ]);
  for (const each of heard) {
    const events = await each.events(ROWS);
    expect(events.map(({ sessionChanged }) => sessionChanged.session?.branch)).toEqual(
      events.map(() => 'together'),
    );
    expect(new Set(events.map(({ sessionChanged }) => sessionChanged.session?.id)).size).toBe(ROWS);
  }
  counted.stop();
  const reads: Record<string, number> = { session: 0, session_standing: 0, project: 0 };
  for (const { text } of counted.statements()) {
    for (const [, table = ''] of text.matchAll(/FROM (?:"public"\.)?"(\w+)"/g)) {
      if (table in reads) reads[table] = (reads[table] ?? 0) + 1;
    }
  }
  expect(reads).toEqual({ session: 1, session_standing: 1, project: 1 });
});

it('two subscriptions of one connection are read together, so that neither makes the other read anew', async ({
  team,
  psql,
  app,
  database,
}) => {
  const sessions = [];
  for (let count = 0; count < ROWS; count += 1) sessions.push(await team.spawn());
  const client = app.client(team.owner.token);
  const typed = await client.subscribe(SessionStatus, { organizationId: team.id });
  const page = await client.subscribe(SessionPage, { organizationId: team.id });
  // With its first event, a subscription tells what it reads.
  const marker = await team.spawn();
  while ((await typed.event()).sessionChanged.session?.id !== marker.id);
  for (;;) {
    const { entity } = (await page.event()).changes;
    if (entity && 'id' in entity && entity.id === marker.id) break;
  }

  const counted = countStatements(database.url);
  await psql('UPDATE session SET branch = $1 WHERE id = ANY($2::uuid[])', [
    'together',
    sessions.map(({ id }) => uuidOf(id)),
  ]);
  await Promise.all([typed.events(ROWS), page.events(ROWS)]);
  counted.stop();
  // One for each of the two selections.
  const reads = counted.statements().filter(({ text }) => tableOf(text) === 'session');
  expect(reads).toHaveLength(2);
  await client.close();
});

it('both sessions of a transfer are delivered', async ({ sharedTeam: team }) => {
  team.onGitHub(1);
  const [first, second] = [await team.spawn(), await team.spawn()];
  await team.claim(first.id, 1);
  const heard = await team.owner.subscribe(PrSessionChanged, { organizationId: team.id });
  await team.claim(second.id, 1);
  await team.claim(first.id, 1);
  const events = await heard.events(2);
  expect(
    events.map(({ prSessionChanged: { fromSession, toSession } }) => [fromSession?.id, toSession?.id]),
  ).toEqual([
    [first.id, second.id],
    [second.id, first.id],
  ]);
  await heard.stop();
});

it('an object that is gone is null, without an error', async ({ sharedTeam: team, psql }) => {
  const session = await team.spawn();
  const heard = await team.owner.subscribe(SessionStatus, { organizationId: team.id });
  await psql(`DO $$ BEGIN
    UPDATE session SET branch = 'last' WHERE id = '${uuidOf(session.id)}';
    DELETE FROM session WHERE id = '${uuidOf(session.id)}';
  END $$`);
  const told = new Map<string, unknown>();
  while (!told.has('SESSION_DELETED')) {
    const { sessionChanged } = await heard.event();
    told.set(sessionChanged.type, sessionChanged.session);
  }
  expect(told.get('SESSION_UPDATED')).toBeNull();
  expect(told.get('SESSION_DELETED')).toBeNull();
  await heard.stop();
});
