/** Subscribers share the execution of events: each receives what an execution for it alone gives it, whatever its rights. */
import { startApp } from '../../src/app.ts';
import { createLogger } from '../../src/observe/log.ts';
import { sharedBy } from '../../src/schema/kit/sharedBy.ts';
import { fieldsOf } from '../schema/shape.ts';
import type { TestApp } from '../support/app.ts';
import { readFigures } from '../support/metrics.ts';
import { uuidOf } from '../support/psql.ts';
import { type Message, openSocket, type RawSocket } from '../support/rawSocket.ts';
import { expect } from '../support/test.ts';
import { test as withCast } from './cast.ts';
import { objectType, selectField, selectLengths } from './selection.ts';
import { furnish } from './walk.ts';

const test = withCast.extend('config', { scope: 'file' }, { sharedEvents: true });

/**
 * Changes rows of each type whose fields rights can change. The session comes last, and so does its change.
 *
 * @property set the columns to change.
 * @property which a condition, where the database refuses to change some.
 */
const TOUCHED: Record<string, { table: string; set: string; which?: string }> = {
  Agent: { table: 'agent', set: "description = 'touched'" },
  Workspace: { table: 'workspace', set: "role = 'touched'" },
  Project: { table: 'project', set: "name = 'touched'" },
  PullRequest: { table: 'pull_request', set: "title = 'touched'" },
  EntityType: { table: 'entity_type', set: "name = 'touched'" },
  RelationshipType: { table: 'relationship_type', set: "name = 'touched'" },
  Classifier: { table: 'classifier', set: "name = 'touched'" },
  Watcher: { table: 'watcher', set: "name = 'touched'" },
  Membership: { table: 'membership', set: "name = 'touched'" },
  Invitation: { table: 'invitation', set: "name = 'touched'", which: 'ended_at IS NULL' },
  Token: { table: 'token', set: "label = 'touched'", which: 'revoked_at IS NULL' },
  Session: { table: 'session', set: "branch = 'touched'" },
};
const types = Object.keys(TOUCHED).map(objectType);

const fieldsSharedBy = (typeName: string, level: string | null, select = selectField) => {
  const type = objectType(typeName);
  return fieldsOf(type)
    .filter((field) => (sharedBy(type, field) ?? null) === level)
    .map(select)
    .join(' ');
};

/** An entry of `needsMe` may be of any type, also of one that is never shared. */
const ownFields = (level: string | null) =>
  fieldsSharedBy('Organization', level, (field) => {
    const whole = field.name === 'needsMe' ? 'needsMe { totalCount }' : selectField(field);
    return `${whole} ${selectLengths(field)}`;
  });

const ofOrganization = (selection: string) => `... on Session { organization { id ${selection} } }`;

/** The changes, with the fields of every type that are declared alike. */
function changes(level: string | null): string {
  const entities = types.map(({ name }) => `... on ${name} { id ${fieldsSharedBy(name, level)} }`);
  return subscription(`${entities.join(' ')} ${ofOrganization(ownFields(level))}`);
}

const subscription = (entity: string) =>
  `subscription($id: ID!) { changes(organizationId: $id) { cursor type changed entity { __typename ${entity} } } }`;

/** Everything that depends on no right is too much for one document: of the organization, only what takes a flag. */
const DOCUMENTS: Record<string, string> = {
  ...Object.fromEntries(
    types.map(({ name }) => [name, subscription(`... on ${name} { id ${fieldsSharedBy(name, 'MEMBERS')} }`)]),
  ),
  flags: subscription(ofOrganization(fieldsSharedBy('Organization', 'MEMBERS', selectLengths))),
  byRole: changes('ROLE'),
  byViewer: changes('VIEWER'),
  private: changes(null),
};
const names = Object.keys(DOCUMENTS);

const heardAll = ({ type, payload }: Message) =>
  type === 'ping' && (payload as { subscriptions?: string[] })?.subscriptions?.length === names.length;

async function listen(app: TestApp, token: string, id: string): Promise<RawSocket> {
  const socket = await openSocket(app.url, { authorization: `Bearer ${token}` });
  for (const name of names) {
    socket.send({
      id: name,
      type: 'subscribe',
      payload: { query: DOCUMENTS[name], variables: { id } } as object,
    });
  }
  await socket.next(heardAll);
  return socket;
}

/** The events by subscription, up to the last change. */
async function heard(socket: RawSocket): Promise<Record<string, unknown[]>> {
  const events: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const missing = new Set(names); missing.size > 0; ) {
    const message = await socket.next(({ type }) => type === 'next');
    if (!message?.id) throw new Error('The socket was closed.');
    events[message.id]?.push(message.payload);
    const { data } = message.payload as { data?: { changes: { changed: string[] } } };
    if (data?.changes.changed.includes('branch')) missing.delete(message.id);
  }
  return events;
}

test('viewers with different rights receive what they would receive alone', async ({ app, cast, psql }) => {
  const { team } = cast;
  await furnish(team, psql);
  const colleague = await team.join('MEMBER', 'Moe');
  await using alone = await app.startAnother({ sharedEvents: false });
  const tokens = { ...cast.tokens, colleague: colleague.token };
  const viewers = ['agent', 'member', 'colleague', 'admin', 'owner'] as const;
  const sockets = await Promise.all(
    viewers.map(async (viewer) => ({
      viewer,
      shared: await listen(app, tokens[viewer], team.id),
      alone: await listen(alone, tokens[viewer], team.id),
    })),
  );
  const figures = await readFigures(app.url);
  // Two of the viewers have the same role. A person is shown to those who share an organization with it.
  const groups = names.map((name) => {
    if (name === 'private') return 0;
    if (name === 'byRole') return viewers.length - 1;
    return name === 'byViewer' || DOCUMENTS[name]?.includes('UserActor') ? viewers.length : 1;
  });
  expect(figures('muster_live_shared_groups')).toBe(groups.reduce((sum, count) => sum + count, 0));
  expect(figures('muster_live_shared_subscriptions')).toBe((names.length - 1) * viewers.length);

  await psql('BEGIN');
  for (const { table, set, which = 'true' } of Object.values(TOUCHED)) {
    await psql(`UPDATE ${table} SET ${set} WHERE organization_id = $1 AND ${which}`, [uuidOf(team.id)]);
  }
  await psql('COMMIT');

  const results = await Promise.all(
    sockets.map(async (each) => ({
      viewer: each.viewer,
      shared: await heard(each.shared),
      alone: await heard(each.alone),
    })),
  );
  for (const each of results) expect(each).toMatchObject({ shared: each.alone });
  // Subscriptions whose field depends on more than it declares would not form their group again.
  await expect
    .poll(async () => (await readFigures(app.url))('muster_live_shared_subscriptions'))
    .toBe((names.length - 1) * viewers.length);
  // The viewers do not receive the same.
  const rights = results.map(({ shared }) =>
    JSON.stringify([shared.byRole, shared.byViewer, shared.private]),
  );
  expect(new Set(rights).size).toBe(viewers.length);
  for (const each of sockets) await Promise.all([each.shared.close(), each.alone.close()]);
});

test('a field that depends on more than it declares is executed for each viewer, and logged as an error', async ({
  cast,
  database,
}) => {
  const { team } = cast;
  const { extensions } = objectType('Session').getFields().viewerCanTerminate ?? {};
  const { pothosOptions } = extensions as { pothosOptions: { sharedBy?: string } };
  const declared = pothosOptions.sharedBy;
  pothosOptions.sharedBy = 'MEMBERS';
  const lines: string[] = [];
  const app = await startApp(
    {
      databaseUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      scm: 'demo',
      github: { apiUrl: 'https://api.github.invalid' },
      jobs: false,
    },
    createLogger({ level: 'error', destination: { write: (line) => void lines.push(line) } }),
  );
  try {
    await app.ready();
    const query = `subscription($id: ID!) { sessionChanged(organizationId: $id) { session { viewerCanTerminate } } }`;
    const sockets = await Promise.all(
      (['owner', 'agent'] as const).map((role) =>
        openSocket(app.url, { authorization: `Bearer ${cast.tokens[role]}` }),
      ),
    );
    for (const socket of sockets) {
      socket.send({ id: '1', type: 'subscribe', payload: { query, variables: { id: team.id } } as object });
      await socket.next(({ type }) => type === 'ping');
    }
    await team.spawn();
    const results = await Promise.all(sockets.map((socket) => socket.next(({ type }) => type === 'next')));
    expect(results.map((message) => message?.payload)).toEqual([
      { data: { sessionChanged: { session: { viewerCanTerminate: true } } } },
      { data: { sessionChanged: { session: { viewerCanTerminate: false } } } },
    ]);
    expect(lines.filter((line) => line.includes('a shared event depends on its viewer'))).toHaveLength(1);
    expect(lines.join()).toContain('UndeclaredAccessError');
    for (const socket of sockets) await socket.close();
  } finally {
    pothosOptions.sharedBy = declared;
    await app.close();
  }
});
