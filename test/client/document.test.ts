/** What the client requires of a document in order to resume it. */

import { createClient } from '../../src/client/index.ts';
import { FeedCursor } from '../live/documents.ts';
import { describe, expect, it } from '../support/test.ts';
import { connect } from './muster.ts';

const muster = createClient({ url: 'http://127.0.0.1:1/graphql', token: 'none' });

describe('subscribe refuses a document', () => {
  it.each([
    ['that is no GraphQL', 'subscription {', /Syntax Error/],
    ['that is no subscription', 'query { viewer { name } }', /one operation, a subscription/],
    [
      'that holds two operations',
      `subscription A($after: String) { changes(organizationId: "x", after: $after) { cursor } }
       subscription B($after: String) { changes(organizationId: "x", after: $after) { cursor } }`,
      /one operation, a subscription/,
    ],
    [
      'that selects two fields',
      'subscription ($after: String) { changes(after: $after) { cursor } prChanged(after: $after) { cursor } }',
      /exactly one field/,
    ],
    [
      'without a cursor argument',
      'subscription { changes(organizationId: "x") { cursor } }',
      /Declare "\$after: String" and pass "after: \$after" to "changes"/,
    ],
    [
      'with a fixed cursor argument',
      'subscription { changes(organizationId: "x", after: "y") { cursor } }',
      /takes no position from a variable/,
    ],
    [
      'that does not select cursor',
      'subscription ($after: String) { prChanged(organizationId: "x", after: $after) { type } }',
      /Select "cursor" in "prChanged"/,
    ],
  ])('%s', (_, query, message) => {
    expect(() => muster.subscribe({ query })).toThrow(message);
  });
});

describe('a document may', () => {
  it('be a string, use aliases and any variable name, and select in fragments', async ({
    app,
    sharedTeam: team,
  }) => {
    const { organization } = await team.owner.query(FeedCursor, { slug: team.slug });
    await team.spawn();
    await team.spawn();
    const query = `
      subscription ($place: ID!, $from: String) {
        news: sessionChanged(organizationId: $place, after: $from) { ...News }
      }
      fragment News on SessionChanged { type ... on FeedEvent { at: cursor } }`;
    const variables = { place: team.id, from: organization?.feedCursor };
    const client = connect(app.url, team.owner.token);

    const received = client.subscribe<{ news: { type: string; at: string } }>({ query, variables });
    const { value: first } = await received.next();
    expect(first).toEqual({
      data: { news: { type: 'SESSION_CREATED', at: first?.cursor } },
      cursor: received.cursor,
    });
    await received.return();

    // `after` takes precedence over the variable.
    const rest = client.subscribe<{ news: { at: string } }>({ query, variables, after: first?.cursor });
    const { value: second } = await rest.next();
    expect(second?.data.news.at).not.toBe(first?.cursor);
    await rest.return();
  });
});
