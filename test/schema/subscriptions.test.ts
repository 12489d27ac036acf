/** Every subscription takes an organization and a position, and returns an event. */
import { describe, expect, it } from 'vitest';
import { events, namedTypeOf, subscriptions, typeOf } from './shape.ts';

const FEED_EVENT = {
  cursor: 'String!',
  type: 'ChangeType!',
  entityId: 'ID!',
  changed: '[String!]!',
  payload: 'JSON!',
  occurredAt: 'DateTime!',
  requestId: 'String',
  actor: 'Actor!',
};

it('finds subscriptions in the schema', () => {
  expect(subscriptions.length).toBeGreaterThan(5);
});

describe.each(subscriptions)('$name', (field) => {
  it('requires an organization, and takes a position and optional filters', () => {
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, arg.type.toString()]));
    const { organizationId, after, ...filters } = args;
    expect({ organizationId, after }).toEqual({ organizationId: 'ID!', after: 'String' });
    expect(Object.values(filters).filter((type) => type.endsWith('!'))).toEqual([]);
  });

  it('returns an event that is non-null', () => {
    expect(events).toContain(namedTypeOf(field));
    expect(field.type.toString()).toMatch(/!$/);
  });
});

describe.each(events)('$name', (event) => {
  it('has the fields of FeedEvent', () => {
    const fields = Object.fromEntries(Object.keys(FEED_EVENT).map((name) => [name, typeOf(event, name)]));
    expect(fields).toEqual(FEED_EVENT);
  });

  it('has only nullable objects, because they may be deleted before they are read', () => {
    const things = Object.values(event.getFields()).filter(({ name, type }) => {
      const isThing = /^[A-Z]/.test(String(type)) && !(name in FEED_EVENT);
      // A RepoRef is part of the event itself and not read.
      return isThing && String(type) !== 'RepoRef!';
    });
    expect(things.filter(({ type }) => String(type).endsWith('!')).map(({ name }) => name)).toEqual([]);
  });
});

it('has no event type without a subscription', () => {
  const answered = new Set(subscriptions.map(namedTypeOf));
  expect(events.filter((event) => !answered.has(event))).toEqual([]);
});
