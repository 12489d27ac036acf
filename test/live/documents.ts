/** The documents of the tests of subscriptions. */
import { graphql } from '../graphql/gql.ts';

export const Setup = {
  createOrganization: graphql(`
    mutation SetUpOrganization($slug: String!) {
      createOrganization(input: { slug: $slug, name: "Acme" }) {
        ... on CreateOrganizationPayload {
          organization {
            id
          }
        }
      }
    }
  `),
  registerProject: graphql(`
    mutation SetUpProject($organizationId: ID!, $slug: String!) {
      registerProject(
        input: {
          organizationId: $organizationId
          slug: $slug
          name: "Rocket"
          repoUrl: "https://github.com/acme/rocket"
        }
      ) {
        ... on RegisterProjectPayload {
          project {
            id
          }
        }
      }
    }
  `),
  spawnSession: graphql(`
    mutation SetUpSession($projectId: ID!) {
      spawnSession(input: { projectId: $projectId }) {
        ... on SpawnSessionPayload {
          cursor
          requestId
          session {
            id
            name
          }
        }
      }
    }
  `),
};

export const Claim = graphql(`
  mutation LiveClaim($sessionId: ID!, $pr: String!) {
    claimPR(input: { sessionId: $sessionId, pr: $pr }) {
      __typename
      ... on ClaimPRPayload {
        cursor
        requestId
        pullRequest {
          id
        }
      }
      ... on UserError {
        code
        message
      }
    }
  }
`);

export const Terminate = graphql(`
  mutation LiveTerminate($sessionId: ID!) {
    terminateSession(input: { sessionId: $sessionId }) {
      ... on TerminateSessionPayload {
        cursor
        requestId
      }
    }
  }
`);

export const PrSessionChanged = graphql(`
  subscription LivePrSessionChanged($organizationId: ID!, $after: String, $sessionId: ID, $projectId: ID) {
    prSessionChanged(
      organizationId: $organizationId
      after: $after
      sessionId: $sessionId
      projectId: $projectId
    ) {
      cursor
      occurredAt
      requestId
      actor {
        kind
        name
      }
      pullRequest {
        number
        title
        ciState
        session {
          id
        }
      }
      fromSession {
        id
      }
      toSession {
        id
      }
    }
  }
`);

export const PrChanged = graphql(`
  subscription LivePrChanged($organizationId: ID!, $after: String) {
    prChanged(organizationId: $organizationId, after: $after) {
      cursor
      type
      requestId
      pullRequest {
        number
        title
        state
        ciState
        reviewDecision
        mergeability
        session {
          name
        }
      }
    }
  }
`);

export const SessionChanged = graphql(`
  subscription LiveSessionChanged($organizationId: ID!, $after: String) {
    sessionChanged(organizationId: $organizationId, after: $after) {
      cursor
      type
      actor {
        ...ActorFacts
      }
      requestId
      session {
        name
        displayName
        isTerminated
      }
    }
  }
`);

export const Changes = graphql(`
  subscription LiveChanges($organizationId: ID!, $after: String, $types: [ChangeType!]) {
    changes(organizationId: $organizationId, after: $after, types: $types) {
      cursor
      type
      entityId
      payload
      requestId
      actor {
        kind
        name
      }
    }
  }
`);

export const FeedCursor = graphql(`
  query LiveFeedCursor($slug: String!) {
    organization(slug: $slug) {
      feedCursor
      sessions {
        totalCount
      }
    }
  }
`);
