/** Every subscription takes an organization and a position, and returns an event. */
import { describe, expect, it } from 'vitest';
import { events, namedTypeOf, subscriptions, typeOf } from './shape.ts';

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
  it('has cursor, occurredAt, actor and requestId', () => {
    expect({
      cursor: typeOf(event, 'cursor'),
      occurredAt: typeOf(event, 'occurredAt'),
      actor: typeOf(event, 'actor'),
      requestId: typeOf(event, 'requestId'),
    }).toEqual({ cursor: 'String!', occurredAt: 'DateTime!', actor: 'Actor!', requestId: 'String' });
  });

  it('has only nullable objects, because they may be deleted before they are read', () => {
    const things = Object.values(event.getFields()).filter(({ name, type }) => {
      const isThing =
        /^[A-Z]/.test(String(type)) && !['actor', 'cursor', 'occurredAt', 'requestId'].includes(name);
      // The others are part of the event itself and not read.
      return isThing && !['ChangeType!', 'ID!', 'JSON!', 'RepoRef!'].includes(String(type));
    });
    expect(things.filter(({ type }) => String(type).endsWith('!')).map(({ name }) => name)).toEqual([]);
  });
});

it('has no event type without a subscription', () => {
  const answered = new Set(subscriptions.map(namedTypeOf));
  expect(events.filter((event) => !answered.has(event))).toEqual([]);
});
