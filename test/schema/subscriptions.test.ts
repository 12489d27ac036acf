/** Subscriptions, all alike: to one organization, from some position on, of changes. */
import { describe, expect, it } from 'vitest';
import { events, namedTypeOf, subscriptions, typeOf } from './shape.ts';

it('finds them', () => {
  expect(subscriptions.length).toBeGreaterThan(5);
});

describe.each(subscriptions)('$name', (field) => {
  it('takes an organization, a position, and filters that may be left out', () => {
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, arg.type.toString()]));
    const { organizationId, after, ...filters } = args;
    expect({ organizationId, after }).toEqual({ organizationId: 'ID!', after: 'String' });
    expect(Object.values(filters).filter((type) => type.endsWith('!'))).toEqual([]);
  });

  it('answers an event, never null', () => {
    expect(events).toContain(namedTypeOf(field));
    expect(field.type.toString()).toMatch(/!$/);
  });
});

describe.each(events)('$name', (event) => {
  it('says where in the feed it is, when it was, by whom, and of which request', () => {
    expect({
      cursor: typeOf(event, 'cursor'),
      occurredAt: typeOf(event, 'occurredAt'),
      actor: typeOf(event, 'actor'),
      requestId: typeOf(event, 'requestId'),
    }).toEqual({ cursor: 'String!', occurredAt: 'DateTime!', actor: 'Actor!', requestId: 'String' });
  });

  it('has things that may be gone by the time they are read', () => {
    const things = Object.values(event.getFields()).filter(({ name, type }) => {
      const isThing =
        /^[A-Z]/.test(String(type)) && !['actor', 'cursor', 'occurredAt', 'requestId'].includes(name);
      // The others are what the event itself says, and not read.
      return isThing && !['ChangeType!', 'ID!', 'JSON!', 'RepoRef!'].includes(String(type));
    });
    expect(things.filter(({ type }) => String(type).endsWith('!')).map(({ name }) => name)).toEqual([]);
  });
});

it('has no event that no subscription answers', () => {
  const answered = new Set(subscriptions.map(namedTypeOf));
  expect(events.filter((event) => !answered.has(event))).toEqual([]);
});
