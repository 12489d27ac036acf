import { graphql } from '../../graphql/gql.ts';

export const HireAgent = graphql(`
  mutation HireAgent($input: HireAgentInput!) {
    hireAgent(input: $input) {
      __typename
      ... on HireAgentPayload {
        cursor
        requestId
        agent {
          id
          name
          role
          description
          status
          hiredBy {
            id
          }
          offboardedAt
          workspace {
            id
            status
          }
        }
      }
      ...Refusal
      ... on WorkspaceRemovedError {
        workspace {
          id
        }
      }
      ... on WorkspaceOccupiedError {
        agent {
          id
        }
      }
    }
  }
`);

export const OffboardAgent = graphql(`
  mutation OffboardAgent($input: OffboardAgentInput!) {
    offboardAgent(input: $input) {
      __typename
      ... on OffboardAgentPayload {
        cursor
        requestId
        agent {
          id
          status
          offboardedAt
          offboardReason
        }
        releasedRepos {
          owner
          name
        }
        terminatedSessions {
          id
          isTerminated
        }
        revokedTokens
        revokedTokenIds
        releasedRepoIds
        alreadyOffboarded
      }
      ...Refusal
    }
  }
`);

export const WatchRepo = graphql(`
  mutation WatchRepo($input: WatchRepoInput!) {
    watchRepo(input: $input) {
      __typename
      ... on WatchRepoPayload {
        cursor
        requestId
        watchedRepo {
          id
          repo {
            nameWithOwner
          }
          agent {
            id
          }
        }
      }
      ...Refusal
      ... on AgentNotRunningError {
        status
      }
      ... on RepoAlreadyWatchedError {
        agent {
          id
          name
        }
      }
    }
  }
`);

export const UnwatchRepo = graphql(`
  mutation UnwatchRepo($input: UnwatchRepoInput!) {
    unwatchRepo(input: $input) {
      __typename
      ... on UnwatchRepoPayload {
        cursor
        requestId
        agent {
          id
        }
        releasedRepo {
          nameWithOwner
        }
        releasedRepoId
      }
      ...Refusal
    }
  }
`);

export const PutAgentMemory = graphql(`
  mutation PutAgentMemory($input: PutAgentMemoryInput!) {
    putAgentMemory(input: $input) {
      __typename
      ... on PutAgentMemoryPayload {
        cursor
        requestId
        agent {
          id
        }
        memory {
          id
          key
          value
        }
      }
      ...Refusal
      ... on AgentNotRunningError {
        status
      }
    }
  }
`);

export const LogAgentAction = graphql(`
  mutation LogAgentAction($input: LogAgentActionInput!) {
    logAgentAction(input: $input) {
      __typename
      ... on LogAgentActionPayload {
        cursor
        requestId
        agent {
          id
        }
        action {
          id
          action
          outcome
          metadata
        }
      }
      ...Refusal
    }
  }
`);

export const RecordReviewedPR = graphql(`
  mutation RecordReviewedPR($input: RecordReviewedPRInput!) {
    recordReviewedPR(input: $input) {
      __typename
      ... on RecordReviewedPRPayload {
        cursor
        requestId
        agent {
          id
        }
        reviewedPullRequest {
          id
          number
          repo {
            nameWithOwner
          }
          agent {
            id
          }
        }
        alreadyReviewedBy {
          id
          name
        }
      }
      ...Refusal
      ... on AgentNotRunningError {
        status
      }
    }
  }
`);
