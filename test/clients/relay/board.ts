/**
 * The board with Relay, without React. Its compiler reads the documents below, and writes what the program imports
 * (`npm run generate`).
 */
import {
  ConnectionHandler,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  Observable,
  RecordSource,
  type RecordSourceSelectorProxy,
  requestSubscription,
  Store,
} from 'relay-runtime';
import ChangesSubscription, {
  type boardChangesSubscription,
} from '../../graphql/relay/boardChangesSubscription.graphql.ts';
import PageQuery, { type boardPageQuery } from '../../graphql/relay/boardPageQuery.graphql.ts';
import { type RunBoard, takenFrom } from '../board.ts';
import { createResumingClient } from '../resumingClient.ts';

/** The tag that the compiler looks for. Its Babel plugin would replace each document by an import. */
const graphql = String.raw;

graphql`
  fragment board_pullRequest on PullRequest {
    id
    number
    title
    state
    ciState
    reviewDecision
    mergeability
    mergeabilityReasons
    failingChecks(first: 5) {
      nodes {
        id
        name
      }
    }
  }
`;

graphql`
  fragment board_session on Session {
    id
    name
    displayName
    activityState
    isTerminated
    displayStatus
    lane
    laneSince
    agent {
      id
      name
    }
    pullRequests(first: 10) {
      nodes {
        ...board_pullRequest @relay(mask: false)
      }
    }
  }
`;

graphql`
  query boardPageQuery($slug: String!, $first: Int!, $after: String) {
    organization(slug: $slug) {
      id
      sessions(first: $first, after: $after) @connection(key: "board_sessions", filters: []) {
        feedCursor
        edges {
          node {
            ...board_session @relay(mask: false)
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

graphql`
  subscription boardChangesSubscription($organizationId: ID!, $after: String) {
    changes(
      organizationId: $organizationId
      after: $after
      types: [
        SESSION_CREATED
        SESSION_UPDATED
        SESSION_DELETED
        PR_CREATED
        PR_UPDATED
        PR_SESSION_CHANGED
        PR_CHECK_RECORDED
        AGENT_UPDATED
      ]
    ) {
      cursor
      type
      entityId
      payload
      entity {
        id
        ...board_session @alias
        ...board_pullRequest @alias
        ... on PullRequest {
          session {
            id
            ...board_session
          }
        }
        ... on PullRequestCheck {
          pullRequest {
            ...board_pullRequest
          }
        }
        ... on Agent {
          name
        }
      }
    }
  }
`;

/** Does what an event cannot do by its entity: puts objects into lists, and takes them out. */
function updateLists(
  store: RecordSourceSelectorProxy,
  organizationId: string,
  { type, entityId, entity, payload }: boardChangesSubscription['response']['changes'],
): void {
  const organization = store.get(organizationId);
  const sessions = organization && ConnectionHandler.getConnection(organization, 'board_sessions');
  const record = store.get(entityId);

  if (type === 'SESSION_CREATED' && entity && sessions && record) {
    ConnectionHandler.deleteNode(sessions, entityId);
    ConnectionHandler.insertEdgeBefore(
      sessions,
      ConnectionHandler.createEdge(store, sessions, record, 'SessionEdge'),
    );
  }
  if (type === 'SESSION_DELETED' && sessions) {
    ConnectionHandler.deleteNode(sessions, entityId);
    store.delete(entityId);
  }
  const from = takenFrom(payload);
  if (from && entity && entity.session?.id !== from) {
    const list = store.get(from)?.getLinkedRecord('pullRequests', { first: 10 });
    list?.setLinkedRecords(list.getLinkedRecords('nodes')?.filter((each) => each !== record) ?? [], 'nodes');
  }
}

export const runBoard: RunBoard = async (url, token, slug, { pageSize, onError }) => {
  const socket = createResumingClient(url, token);
  const environment = new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(
      async ({ text }, variables) => {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query: text, variables }),
        });
        return await response.json();
      },
      ({ text }, variables) =>
        Observable.create((sink) => socket.subscribe({ query: text ?? '', variables }, sink as never)),
    ),
  });
  const operation = createOperationDescriptor(PageQuery, { slug, first: pageSize });
  const retained = environment.retain(operation);

  async function page(after: string | null | undefined) {
    const variables = { slug, first: pageSize, after };
    const data = await fetchQuery<boardPageQuery>(environment, PageQuery, variables).toPromise();
    if (!data?.organization) throw new Error(`There is no organization ${slug}.`);
    return data.organization;
  }

  const { id: organizationId, sessions } = await page(null);
  for (let { hasNextPage, endCursor } = sessions.pageInfo; hasNextPage; ) {
    ({ hasNextPage, endCursor } = (await page(endCursor)).sessions.pageInfo);
  }
  const subscription = requestSubscription<boardChangesSubscription>(environment, {
    subscription: ChangesSubscription,
    variables: { organizationId, after: sessions.feedCursor },
    updater: (store, data) => data && updateLists(store, organizationId, data.changes),
    onError,
  });

  return {
    cards() {
      const { organization } = environment.lookup(operation.fragment).data as boardPageQuery['response'];
      return organization?.sessions.edges.map(({ node }) => node) ?? [];
    },
    close() {
      subscription.dispose();
      retained.dispose();
      socket.dispose();
    },
  };
};
