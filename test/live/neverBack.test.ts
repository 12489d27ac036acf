/** What one connection delivers never goes back: an object that arrives later is at least as new. */
import { openEventStream } from '../support/eventStream.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import { type Message, openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { expect, test } from '../support/test.ts';

const WRITES = 120;

/*
 * Each subscription selects the cards differently, so that none shares the statement of another one. A list that is selected
 * twice is read by a statement of its own the second time, later than the rest of the event.
 */
const SESSIONS = `sessionChanged(organizationId: $organizationId) {
  session { id displayName pullRequests(first: 5) { nodes { id title } } again: pullRequests(last: 5) { nodes { id title } } }
}`;
const PULL_REQUESTS = `prChanged(organizationId: $organizationId) {
  pullRequest { id title number session { id displayName branch } }
}`;
const CHECKS = `prCheckRecorded(organizationId: $organizationId) {
  check { id name pullRequest { id title session { id displayName } } }
  pullRequest { id title state session { id displayName isTerminated } }
}`;
const PAGE = `changes(organizationId: $organizationId) {
  entity {
    ... on Session { id displayName project { id slug } pullRequests(first: 5) { nodes { id title } } }
    ... on PullRequest { id title session { id displayName } }
    ... on PullRequestCheck { id name pullRequest { id title session { id displayName } } }
  }
}`;
const query = (field: string) => `subscription ($organizationId: ID!) { ${field} }`;

/** The newest version that has arrived of each object. */
class Cards {
  readonly versions = new Map<string, number>();
  /** Objects that arrived in an older version than before. */
  readonly backward: string[] = [];

  /** Takes all objects of an event, in the order in which they stand in it. */
  take(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const { id, displayName, title } = value as Record<string, string | undefined>;
    const version = Number((displayName ?? title)?.slice(1));
    if (id && version >= 0) {
      const known = this.versions.get(id) ?? 0;
      if (version < known) this.backward.push(`${id}: ${known}, then ${version}`);
      this.versions.set(id, version);
    }
    for (const each of Object.values(value)) this.take(each);
  }
}

const it = test
  /** A card: a session with a pull request and a check, which writers change as fast as they can. */
  .extend('card', { scope: 'file' }, async ({ sharedTeam: team, database }, { onCleanup }) => {
    team.onGitHub(1, { checks: [{ name: 'build' }] });
    const session = await team.spawn();
    await team.claim(session.id, 1);
    const writers = await Promise.all([1, 2, 3].map(() => openPsql(database.url)));
    onCleanup(async () => void (await Promise.all(writers.map((each) => each.close()))));
    const statements = [
      `UPDATE session SET display_name = 'v' || $1::int WHERE id = '${uuidOf(session.id)}'`,
      `UPDATE pull_request SET title = 'v' || $1::int WHERE session_id = '${uuidOf(session.id)}'`,
      `UPDATE pull_request_check c SET url = 'https://ci.example/' || $1::int
         FROM pull_request p WHERE p.id = c.pull_request_id AND p.session_id = '${uuidOf(session.id)}'`,
    ];
    let version = 0;
    async function writeUpTo(first: number, last: number): Promise<void> {
      await Promise.all(
        writers.map(async (psql, index) => {
          for (let n = first; n < last; n += 1) await psql(statements[index] ?? '', [n]);
        }),
      );
      const [psql] = writers;
      await psql?.('BEGIN');
      for (const statement of statements) await psql?.(statement, [last]);
      await psql?.('COMMIT');
    }
    return {
      team,
      /** Changes everything often, and in the end all at once to the last version. */
      write(): { last: number; written: Promise<void> } {
        const first = version + 1;
        version += WRITES;
        return { last: version, written: writeUpTo(first, version) };
      },
    };
  });

const variables = (team: Team) => ({ organizationId: team.id });

it('holds for all subscriptions of a WebSocket', async ({ card, app }) => {
  const { team } = card;
  const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
  const fields = { sessions: SESSIONS, pullRequests: PULL_REQUESTS, checks: CHECKS, page: PAGE };
  for (const [id, field] of Object.entries(fields)) {
    socket.send({ id, type: 'subscribe', payload: { query: query(field), variables: variables(team) } });
  }
  const names = Object.keys(fields);
  const isLive = ({ type, payload }: Message) =>
    type === 'ping' && heartbeatOf(payload).length === names.length;
  await socket.next(isLive);

  const { last, written } = card.write();
  const cards = new Cards();
  const done = new Set<string | undefined>();
  while (done.size < names.length) {
    const message = await socket.next(({ type }) => type === 'next');
    if (!message) throw new Error('The socket was closed.');
    cards.take(message.payload);
    const event = new Cards();
    event.take(message.payload);
    if ([...event.versions.values()].some((version) => version === last)) done.add(message.id);
  }
  expect(cards.backward).toEqual([]);
  expect([...cards.versions.values()]).toEqual([last, last]);
  await written;
  await socket.close();
});

it('holds for an event stream', async ({ card, app }) => {
  const { team } = card;
  const stream = await openEventStream(app.url, team.owner.token, {
    query: query(PAGE),
    variables: variables(team),
  });
  await stream.next();
  const { last, written } = card.write();
  const cards = new Cards();
  do cards.take((await stream.result()).data);
  while ([...cards.versions.values()].some((version) => version < last));
  expect(cards.backward).toEqual([]);
  await written;
  stream.stop();
});

function heartbeatOf(payload: object | undefined): string[] {
  return (payload as { subscriptions?: string[] } | undefined)?.subscriptions ?? [];
}
