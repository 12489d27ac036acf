import { graphql } from '../../graphql/gql.ts';

graphql(`
  fragment ExecutionWorkspaceFacts on ExecutionWorkspace {
    id
    name
    mode
    strategy
    provider
    branch
    baseRef
    status
    version
    generation
    noteCount
    openedAt
    closedAt
    cleanupEligibleAt
    cleanupReason
    cleanupWarnings
    session {
      id
    }
  }
`);

graphql(`
  fragment Readiness on CloseReadiness {
    state
    blockingReasons
    warnings
    plannedActions
  }
`);

export const OpenExecutionWorkspace = graphql(`
  mutation OpenExecutionWorkspace($input: OpenExecutionWorkspaceInput!) {
    openExecutionWorkspace(input: $input) {
      __typename
      ... on OpenExecutionWorkspacePayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
      }
      ...Refusal
      ... on SharedWorkspaceOpenError {
        executionWorkspace {
          id
        }
      }
    }
  }
`);

export const IdleExecutionWorkspace = graphql(`
  mutation IdleExecutionWorkspace($input: IdleExecutionWorkspaceInput!) {
    idleExecutionWorkspace(input: $input) {
      __typename
      ... on IdleExecutionWorkspacePayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
      }
      ...Refusal
      ... on VersionConflictError {
        currentVersion
      }
    }
  }
`);

export const RequestExecutionWorkspaceReview = graphql(`
  mutation RequestExecutionWorkspaceReview($input: RequestExecutionWorkspaceReviewInput!) {
    requestExecutionWorkspaceReview(input: $input) {
      __typename
      ... on RequestExecutionWorkspaceReviewPayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
      }
      ...Refusal
      ... on VersionConflictError {
        currentVersion
      }
    }
  }
`);

export const CloseExecutionWorkspace = graphql(`
  mutation CloseExecutionWorkspace($input: CloseExecutionWorkspaceInput!) {
    closeExecutionWorkspace(input: $input) {
      __typename
      ... on CloseExecutionWorkspacePayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
      }
      ...Refusal
      ... on VersionConflictError {
        currentVersion
      }
      ... on CloseBlockedError {
        readiness {
          ...Readiness
        }
      }
    }
  }
`);

export const ReopenExecutionWorkspace = graphql(`
  mutation ReopenExecutionWorkspace($input: ReopenExecutionWorkspaceInput!) {
    reopenExecutionWorkspace(input: $input) {
      __typename
      ... on ReopenExecutionWorkspacePayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
      }
      ...Refusal
      ... on VersionConflictError {
        currentVersion
      }
      ... on SharedWorkspaceOpenError {
        executionWorkspace {
          id
        }
      }
    }
  }
`);

export const RetryExecutionWorkspaceCleanup = graphql(`
  mutation RetryExecutionWorkspaceCleanup($input: RetryExecutionWorkspaceCleanupInput!) {
    retryExecutionWorkspaceCleanup(input: $input) {
      __typename
      ... on RetryExecutionWorkspaceCleanupPayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
      }
      ...Refusal
      ... on VersionConflictError {
        currentVersion
      }
    }
  }
`);

export const AddExecutionWorkspaceNote = graphql(`
  mutation AddExecutionWorkspaceNote($input: AddExecutionWorkspaceNoteInput!) {
    addExecutionWorkspaceNote(input: $input) {
      __typename
      ... on AddExecutionWorkspaceNotePayload {
        cursor
        requestId
        executionWorkspace {
          ...ExecutionWorkspaceFacts
        }
        note {
          id
          body
          author {
            kind
            name
          }
        }
      }
      ...Refusal
    }
  }
`);
