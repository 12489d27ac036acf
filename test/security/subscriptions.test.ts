/** The permissions of every subscription, tried by every kind of viewer. */

import { events, fieldsOf, namedTypeOf, subscriptions } from '../schema/shape.ts';
import { openSocket } from '../support/rawSocket.ts';
import { describe, expect } from '../support/test.ts';
import { type Cast, INSIDERS, OUTSIDERS, test } from './cast.ts';
import { EVENT_FIELDS, SUBSCRIPTIONS } from './readers.ts';
import { everyField, objectType } from './selection.ts';
import { furnish } from './walk.ts';

const it = test
  /** The cursor of the feed before the changes of the team that the subscriptions deliver. */
  .extend('oldest', { scope: 'file' }, async ({ cast, psql }) => {
    const cursor = await feedCursor(cast);
    await furnish(cast.team, psql);
    // A takeover, so that every subscription has an event to deliver.
    await cast.team.claim((await cast.team.spawn()).id, 7);
    return cursor;
  });

it('the subscription tables have every subscription and every field of every event', () => {
  expect(SUBSCRIPTIONS.map(({ name }) => name).sort()).toEqual(subscriptions.map(({ name }) => name).sort());
  const shown = Object.fromEntries(
    events.map((type) => [
      type.name,
      fieldsOf(type)
        .map(({ name }) => name)
        .sort(),
    ]),
  );
  expect(shown).toEqual(
    Object.fromEntries(
      Object.entries(EVENT_FIELDS).map(([name, fields]) => [name, fields.split(' ').sort()]),
    ),
  );
});

describe.each(SUBSCRIPTIONS)('the subscription $name', ({ name, ...listeners }) => {
  it.for([...OUTSIDERS, ...INSIDERS].map((role) => [role, listeners[role]] as const))(
    'answers the viewer "%s" with "%s"',
    async ([role, listener], { app, cast, oldest }) => {
      const socket = await openSocket(app.url, { authorization: `Bearer ${cast.tokens[role]}` });
      const messages = socket.messages({
        query: subscription(name),
        variables: { id: cast.team.id, after: oldest },
      });
      const first = await messages.next();
      if (listener === 'none') {
        expect(first).toMatchObject({
          type: 'next',
          payload: { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
        });
        expect(first?.payload).not.toHaveProperty('data');
        expect(await messages.next()).toMatchObject({ type: 'complete' });
      } else {
        const type = namedTypeOf(fieldOf(name)).name;
        expect(first).toMatchObject({ type: 'next', payload: { data: { [name]: { __typename: type } } } });
        expect(first?.payload).not.toHaveProperty('errors');
      }
      await socket.close();
    },
  );

  it('fails with 401 over HTTP without a token', async ({ cast }) => {
    const response = await cast.clients.nobody.raw(
      { query: subscription(name), variables: { id: cast.team.id } },
      { accept: 'text/event-stream' },
    );
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

function subscription(name: string): string {
  const event = everyField(objectType(namedTypeOf(fieldOf(name)).name));
  return `subscription($id: ID!, $after: String) { ${name}(organizationId: $id, after: $after) ${event} }`;
}

function fieldOf(name: string) {
  const field = subscriptions.find((each) => each.name === name);
  if (!field) throw new Error(`The schema has no subscription ${name}.`);
  return field;
}

async function feedCursor(cast: Cast): Promise<string> {
  const response = await cast.clients.owner.raw({
    query: 'query($slug: String!) { organization(slug: $slug) { feedCursor } }',
    variables: { slug: cast.team.slug },
  });
  const { data } = await response.json();
  return data.organization.feedCursor;
}
