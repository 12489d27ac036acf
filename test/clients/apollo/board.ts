/** The board with Apollo Client. */
import {
  type ApolloCache,
  ApolloClient,
  ApolloLink,
  HttpLink,
  InMemoryCache,
  type Reference,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import type { BoardChangesSubscription } from '../../graphql/graphql.ts';
import { type RunBoard, takenFrom } from '../board.ts';
import { BoardChanges, BoardPage } from '../documents.ts';
import { createResumingClient } from '../resumingClient.ts';

/** A list as the cache holds it. */
type List = { nodes: readonly Reference[] };

const createCache = () =>
  new InMemoryCache({
    // No two objects share an id, whatever their types. So the id in an event is a key of the cache.
    dataIdFromObject: ({ id }) => id as string | undefined,
    // Those that the fragments name.
    possibleTypes: { Node: ['Agent', 'PullRequest', 'PullRequestCheck', 'Session'] },
    typePolicies: {
      Organization: {
        fields: {
          sessions: {
            keyArgs: false,
            merge: (loaded: List | undefined, page: List, { args }) =>
              args?.after && loaded ? { ...page, nodes: [...loaded.nodes, ...page.nodes] } : page,
          },
        },
      },
    },
  });

/** Does what an event cannot do by its entity: puts objects into lists, and takes them out. */
function updateLists(
  cache: ApolloCache,
  organizationId: string,
  { type, entityId, entity, payload }: BoardChangesSubscription['changes'],
): void {
  function updateList(id: string, field: string, change: (nodes: readonly Reference[]) => Reference[]): void {
    cache.modify<Record<string, List>>({
      id,
      fields: { [field]: (list) => ({ ...list, nodes: change((list as List).nodes) }) },
    });
  }
  const without = (nodes: readonly Reference[]) => nodes.filter(({ __ref }) => __ref !== entityId);

  if (type === 'SESSION_CREATED' && entity) {
    updateList(organizationId, 'sessions', (nodes) => [{ __ref: entityId }, ...without(nodes)]);
  }
  if (type === 'SESSION_DELETED') {
    updateList(organizationId, 'sessions', without);
    cache.evict({ id: entityId });
  }
  const from = takenFrom(payload);
  if (from && entity?.__typename === 'PullRequest' && entity.session?.id !== from) {
    updateList(from, 'pullRequests', without);
  }
}

export const runBoard: RunBoard = async (url, token, slug, { pageSize, onError }) => {
  const socket = createResumingClient(url, token);
  const client = new ApolloClient({
    cache: createCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: `${url}/graphql`, headers: { authorization: `Bearer ${token}` } }),
    ),
  });
  const { cache } = client;

  async function page(after: string | null) {
    const variables = { slug, first: pageSize, after };
    const { data } = await client.query({ query: BoardPage, variables, fetchPolicy: 'network-only' });
    if (!data?.organization) throw new Error(`There is no organization ${slug}.`);
    return data.organization;
  }

  const { id: organizationId, sessions } = await page(null);
  for (let { hasNextPage, endCursor } = sessions.pageInfo; hasNextPage; ) {
    ({ hasNextPage, endCursor } = (await page(endCursor)).sessions.pageInfo);
  }
  const subscription = client
    .subscribe({ query: BoardChanges, variables: { organizationId, after: sessions.feedCursor } })
    .subscribe({
      next: ({ data, error }) => (data ? updateLists(cache, organizationId, data.changes) : onError(error)),
      error: onError,
    });

  return {
    cards: () =>
      cache.readQuery({ query: BoardPage, variables: { slug, first: pageSize } })?.organization?.sessions
        .nodes ?? [],
    close() {
      subscription.unsubscribe();
      client.stop();
      socket.dispose();
    },
  };
};
