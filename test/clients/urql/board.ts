/** The board with urql and its normalised cache, Graphcache. */
import { readFileSync } from 'node:fs';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { type Cache, cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { buildSchema, introspectionFromSchema } from 'graphql';
import type { BoardChangesSubscription } from '../../graphql/graphql.ts';
import { type RunBoard, takenFrom } from '../board.ts';
import { BoardChanges, BoardPage } from '../documents.ts';
import { createResumingClient } from '../resumingClient.ts';

const schema = introspectionFromSchema(buildSchema(readFileSync('schema.graphql', 'utf8')));

/** Does what an event cannot do by its entity: puts objects into lists, and takes them out. */
function updateLists(
  cache: Cache,
  organizationId: string,
  { type, entityId, entity, payload }: BoardChangesSubscription['changes'],
): void {
  /** Changes the keys of the objects in each loaded page of a list. */
  function updateList(
    parent: { __typename: string; id: string },
    field: string,
    change: (keys: string[], isFirst: boolean) => string[],
  ): void {
    for (const { fieldName, fieldKey, arguments: args } of cache.inspectFields(parent)) {
      if (fieldName !== field) continue;
      const page = cache.resolve(parent, fieldKey) as string;
      const keys = cache.resolve(page, 'nodes') as string[];
      cache.link(page, 'nodes', change(keys, !args?.after));
    }
  }
  const organization = { __typename: 'Organization', id: organizationId };
  const session = `Session:${entityId}`;

  if (type === 'SESSION_CREATED' && entity) {
    updateList(organization, 'sessions', (keys, isFirst) => {
      const others = keys.filter((key) => key !== session);
      return isFirst ? [session, ...others] : others;
    });
  }
  if (type === 'SESSION_DELETED') {
    updateList(organization, 'sessions', (keys) => keys.filter((key) => key !== session));
    cache.invalidate(session);
  }
  const from = takenFrom(payload);
  if (from && entity?.__typename === 'PullRequest' && entity.session?.id !== from) {
    updateList({ __typename: 'Session', id: from }, 'pullRequests', (keys) =>
      keys.filter((key) => key !== `PullRequest:${entityId}`),
    );
  }
}

export const runBoard: RunBoard = async (url, token, slug, { pageSize, onError }) => {
  const socket = createResumingClient(url, token);
  const client = new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [
      cacheExchange({
        // An event has no identity of its own.
        keys: { Change: () => null },
        // It says which fragments match an entity.
        schema,
        resolvers: { Organization: { sessions: relayPagination() } },
        updates: {
          Subscription: {
            changes({ changes }, { organizationId }, cache) {
              updateLists(cache, organizationId as string, changes as BoardChangesSubscription['changes']);
            },
          },
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });

  async function page(after: string | null) {
    const variables = { slug, first: pageSize, after };
    const { data, error } = await client.query(BoardPage, variables, { requestPolicy: 'network-only' });
    if (!data?.organization) throw error ?? new Error(`There is no organization ${slug}.`);
    return data.organization;
  }

  const { id: organizationId, sessions } = await page(null);
  for (let { hasNextPage, endCursor } = sessions.pageInfo; hasNextPage; ) {
    ({ hasNextPage, endCursor } = (await page(endCursor)).sessions.pageInfo);
  }
  const subscription = client
    .subscription(BoardChanges, { organizationId, after: sessions.feedCursor })
    .subscribe(({ error }) => {
      if (error) onError(error);
    });

  return {
    cards: () =>
      client.readQuery(BoardPage, { slug, first: pageSize, after: null }, { requestPolicy: 'cache-only' })
        ?.data?.organization?.sessions.nodes ?? [],
    close() {
      subscription.unsubscribe();
      socket.dispose();
    },
  };
};
