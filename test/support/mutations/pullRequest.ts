import { graphql } from '../../graphql/gql.ts';

export const ClaimPR = graphql(`
  mutation ClaimPR($input: ClaimPRInput!) {
    claimPR(input: $input) {
      __typename
      ... on ClaimPRPayload {
        cursor
        requestId
        branchChanged
        session {
          id
        }
        pullRequest {
          ...PullRequestFacts
        }
        takenOverFrom {
          id
        }
      }
      ...Refusal
      ... on ScmUnavailableError {
        retryAfterSeconds
      }
      ... on PrNotOpenError {
        state
      }
      ... on PrClaimedByActiveSessionError {
        ownerSession {
          id
          name
        }
      }
    }
  }

  fragment PullRequestFacts on PullRequest {
    id
    repo {
      owner
      name
      nameWithOwner
    }
    url
    number
    title
    author
    sourceBranch
    targetBranch
    isDraft
    state
    ciState
    reviewDecision
    mergeability
    headSha
    additions
    deletions
    changedFiles
    createdAt
    stateChangedAt
    session {
      id
    }
  }
`);

export const ReleasePR = graphql(`
  mutation ReleasePR($input: ReleasePRInput!) {
    releasePR(input: $input) {
      __typename
      ... on ReleasePRPayload {
        cursor
        requestId
        session {
          id
        }
        pullRequest {
          ...PullRequestFacts
          project {
            id
          }
        }
      }
      ...Refusal
      ... on NotFoundError {
        field
      }
      ... on PrNotHeldError {
        ownerSession {
          id
        }
      }
    }
  }
`);

export const RefreshPR = graphql(`
  mutation RefreshPR($input: RefreshPRInput!) {
    refreshPR(input: $input) {
      __typename
      ... on RefreshPRPayload {
        cursor
        requestId
        pullRequest {
          ...PullRequestFacts
        }
      }
      ...Refusal
      ... on ScmUnavailableError {
        retryAfterSeconds
      }
    }
  }
`);
