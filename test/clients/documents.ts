/** The documents of the programs with Apollo Client and urql. Relay's are in its program, where its compiler wants them. */
import { graphql } from '../graphql/gql.ts';

graphql(`
  fragment PullRequestCard on PullRequest {
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
`);

graphql(`
  fragment SessionCard on Session {
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
        ...PullRequestCard
      }
    }
  }
`);

export const BoardPage = graphql(`
  query BoardPage($slug: String!, $first: Int!, $after: String) {
    organization(slug: $slug) {
      id
      sessions(first: $first, after: $after) {
        feedCursor
        nodes {
          ...SessionCard
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const BoardChanges = graphql(`
  subscription BoardChanges($organizationId: ID!, $after: String) {
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
        __typename
        id
        ...SessionCard
        ...PullRequestCard
        ... on PullRequest {
          session {
            ...SessionCard
          }
        }
        ... on PullRequestCheck {
          pullRequest {
            ...PullRequestCard
          }
        }
        ... on Agent {
          name
        }
      }
    }
  }
`);
