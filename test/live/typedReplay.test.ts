/** A subscription that resumes reads only the changes of its own types from the log. */

import { graphql } from '../graphql/gql.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, createClient } from '../support/client.ts';
import { startProxy } from '../support/proxy.ts';
import { uuidOf } from '../support/psql.ts';
import { afterAll, expect, it } from '../support/test.ts';
import { PrChanged } from './documents.ts';

const FeedCursor = graphql(`
  query TypedReplayCursor($slug: String!) {
    organization(slug: $slug) {
      feedCursor
    }
  }
`);

const ClaimsAmongChanges = graphql(`
  subscription TypedReplayChanges($organizationId: ID!, $after: String, $types: [ChangeType!]) {
    changes(organizationId: $organizationId, after: $after, types: $types) {
      type
    }
  }
`);

/** Five pages of the log. */
const OTHER_CHANGES = 1_000;

let proxy: Awaited<ReturnType<typeof startProxy>>;
let behindProxy: TestApp;
let client: Client;
let after: string | undefined;
let pages = 0;

it.beforeAll(async ({ sharedTeam: team, psql, app, database }) => {
  team.onGitHub(1);
  const session = await team.spawn();
  after = (await team.owner.query(FeedCursor, { slug: team.slug })).organization?.feedCursor;
  await psql(`DO $$ BEGIN
    FOR n IN 1..${OTHER_CHANGES} LOOP
      UPDATE session SET branch = n WHERE id = '${uuidOf(session.id)}';
    END LOOP;
  END $$`);
  await team.claim(session.id, 1);
  // Every change has its position now, so the next server finds them only in the log.
  expect((await team.changes({ types: ['PR_CREATED'] })).length).toBe(1);

  proxy = await startProxy(database.url);
  const databaseUrl = new URL(database.url);
  databaseUrl.host = new URL(proxy.url).host;
  behindProxy = await app.startAnother({ databaseUrl: databaseUrl.href });
  client = createClient(behindProxy.url, team.owner.token);
  proxy.onRequest((bytes) => {
    pages += bytes.toString('latin1').split('FROM unnest($1::uuid[], $2::bigint[]) AS start').length - 1;
  });
});

afterAll(async () => {
  await client.close();
  await behindProxy.close();
  await proxy[Symbol.asyncDispose]();
});

it('a subscription to pull requests reads past the changes of sessions in one page', async ({
  sharedTeam: team,
}) => {
  pages = 0;
  const subscription = await client.subscribe(PrChanged, { organizationId: team.id, after });
  expect((await subscription.event()).prChanged.type).toBe('PR_CREATED');
  expect(pages).toBe(1);
  await subscription.stop();
});

it('`changes` with types reads past all others in one page, however often a type is named', async ({
  sharedTeam: team,
}) => {
  pages = 0;
  const subscription = await client.subscribe(ClaimsAmongChanges, {
    organizationId: team.id,
    after,
    types: ['PR_CREATED', 'PR_CREATED'],
  });
  expect((await subscription.event()).changes.type).toBe('PR_CREATED');
  expect(pages).toBe(1);
  await subscription.stop();
});

it('`changes` without types reads every page', async ({ sharedTeam: team }) => {
  pages = 0;
  const subscription = await client.subscribe(ClaimsAmongChanges, { organizationId: team.id, after });
  while ((await subscription.event()).changes.type !== 'PR_CREATED') {}
  expect(pages).toBeGreaterThanOrEqual(OTHER_CHANGES / 200);
  await subscription.stop();
});
