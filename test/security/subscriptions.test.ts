/** Who may hear what: every subscription, by everybody there is. */

import { events, fieldsOf, namedTypeOf, subscriptions } from '../schema/shape.ts';
import { openSocket } from '../support/rawSocket.ts';
import { describe, expect } from '../support/test.ts';
import { type Cast, INSIDERS, type Insider, OUTSIDERS, type Outsider, test } from './cast.ts';
import { everyField, objectType } from './selection.ts';
import { table } from './table.ts';
import { furnish } from './walk.ts';

/** `hears`, or `none`: for this viewer there is no such organization. Nobody has no socket to begin with. */
const SUBSCRIPTIONS = table<Outsider | Insider>(`
  subscription          | outsider | former | elsewhere | agent | member | admin | owner
  agentChanged          | none     | none   | none      | hears | hears  | hears | hears
  changes               | none     | none   | none      | hears | hears  | hears | hears
  prChanged             | none     | none   | none      | hears | hears  | hears | hears
  prCheckRecorded       | none     | none   | none      | hears | hears  | hears | hears
  prReviewThreadChanged | none     | none   | none      | hears | hears  | hears | hears
  prSessionChanged      | none     | none   | none      | hears | hears  | hears | hears
  sessionChanged        | none     | none   | none      | hears | hears  | hears | hears
  watchedRepoChanged    | none     | none   | none      | hears | hears  | hears | hears
`);

/** What a listener reads of an event. A field that is new fails the test, until somebody has said here that it may. */
const FIELDS: Record<string, string> = {
  AgentChanged: 'cursor occurredAt actor requestId type agent',
  WatchedRepoChanged: 'cursor occurredAt actor requestId type repo agent',
  Change: 'cursor occurredAt actor requestId type entityId payload',
  PrChanged: 'cursor occurredAt actor requestId type pullRequest',
  PrCheckRecorded: 'cursor occurredAt actor requestId check pullRequest',
  PrReviewThreadChanged: 'cursor occurredAt actor requestId type thread pullRequest',
  PrSessionChanged: 'cursor occurredAt actor requestId pullRequest fromSession toSession',
  SessionChanged: 'cursor occurredAt actor requestId type session',
};

const it = test
  /** The feed's cursor before anything happened to the team that a subscription tells. */
  .extend('oldest', { scope: 'file' }, async ({ cast }) => {
    const cursor = await feedCursor(cast);
    await furnish(cast.team);
    // A takeover, so that every subscription has something to tell.
    await cast.team.claim((await cast.team.spawn()).id, 7);
    return cursor;
  });

it('knows every subscription, and every field of every event', () => {
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
    Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, fields.split(' ').sort()])),
  );
});

describe.each(SUBSCRIPTIONS)('$name', ({ name, ...listeners }) => {
  it.for([...OUTSIDERS, ...INSIDERS].map((role) => [role, listeners[role]] as const))(
    '%s: %s',
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

  it('is not there over HTTP without a token', async ({ cast }) => {
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
