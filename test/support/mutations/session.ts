import { graphql } from '../../graphql/gql.ts';

export const SpawnSession = graphql(`
  mutation SpawnSession($input: SpawnSessionInput!) {
    spawnSession(input: $input) {
      __typename
      ... on SpawnSessionPayload {
        cursor
        requestId
        reused
        session {
          id
          num
          name
          displayName
          kind
          branch
          activityState
          isTerminated
          displayStatus
          lane
        }
        pullRequest {
          ...PullRequestFacts
        }
        takenOverFrom {
          id
        }
      }
      ...Refusal
      ... on AgentNotRunningError {
        status
      }
      ... on OrchestratorRunningError {
        session {
          id
        }
      }
      ... on SpawnRolledBackError {
        pr
        sessionId
        cause {
          __typename
          code
          message
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
    }
  }
`);

export const ReportActivity = graphql(`
  mutation ReportActivity($input: ReportActivityInput!) {
    reportActivity(input: $input) {
      __typename
      ... on ReportActivityPayload {
        cursor
        requestId
        ignored
        session {
          id
          activityState
          displayStatus
        }
      }
      ...Refusal
    }
  }
`);

export const RenameSession = graphql(`
  mutation RenameSession($input: RenameSessionInput!) {
    renameSession(input: $input) {
      __typename
      ... on RenameSessionPayload {
        cursor
        requestId
        session {
          id
          displayName
        }
      }
      ...Refusal
    }
  }
`);

export const UpdateMergePolicy = graphql(`
  mutation UpdateMergePolicy($input: UpdateMergePolicyInput!) {
    updateMergePolicy(input: $input) {
      __typename
      ... on UpdateMergePolicyPayload {
        cursor
        requestId
        session {
          id
          isTerminated
        }
      }
      ...Refusal
    }
  }
`);

export const RestoreSession = graphql(`
  mutation RestoreSession($input: RestoreSessionInput!) {
    restoreSession(input: $input) {
      __typename
      ... on RestoreSessionPayload {
        cursor
        requestId
        session {
          id
          activityState
          isTerminated
          lane
        }
      }
      ...Refusal
      ... on AgentNotRunningError {
        status
      }
      ... on OrchestratorRunningError {
        session {
          id
        }
      }
    }
  }
`);

export const TerminateSession = graphql(`
  mutation TerminateSession($input: TerminateSessionInput!) {
    terminateSession(input: $input) {
      __typename
      ... on TerminateSessionPayload {
        cursor
        requestId
        session {
          id
          activityState
          isTerminated
          lane
        }
      }
      ...Refusal
    }
  }
`);
