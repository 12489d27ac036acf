/** What the client asks of a document, so that it can resume it. */

import { createClient } from '../../src/client/index.ts';
import { FeedCursor } from '../live/documents.ts';
import { describe, expect, it } from '../support/test.ts';
import { connect } from './muster.ts';

const muster = createClient({ url: 'http://127.0.0.1:1/graphql', token: 'none' });

describe('a document is refused at once', () => {
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
      'that listens to two things',
      'subscription ($after: String) { changes(after: $after) { cursor } prChanged(after: $after) { cursor } }',
      /exactly one field/,
    ],
    [
      'that takes no position',
      'subscription { changes(organizationId: "x") { cursor } }',
      /Declare "\$after: String" and pass "after: \$after" to "changes"/,
    ],
    [
      'whose position is fixed',
      'subscription { changes(organizationId: "x", after: "y") { cursor } }',
      /takes no position from a variable/,
    ],
    [
      'that asks for no positions',
      'subscription ($after: String) { prChanged(organizationId: "x", after: $after) { type } }',
      /Select "cursor" in "prChanged"/,
    ],
  ])('%s', (_, query, message) => {
    expect(() => muster.subscribe({ query })).toThrow(message);
  });
});

describe('a document may', () => {
  it('be a string, give everything another name, and keep its selection in fragments', async ({
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

    const heard = client.subscribe<{ news: { type: string; at: string } }>({ query, variables });
    const { value: first } = await heard.next();
    expect(first).toEqual({
      data: { news: { type: 'SESSION_CREATED', at: first?.cursor } },
      cursor: heard.cursor,
    });
    await heard.return();

    // `after` wins over the variable.
    const rest = client.subscribe<{ news: { at: string } }>({ query, variables, after: first?.cursor });
    const { value: second } = await rest.next();
    expect(second?.data.news.at).not.toBe(first?.cursor);
    await rest.return();
  });
});
