import { graphql } from '../../graphql/gql.ts';

export const WorkspaceFragments = graphql(`
  fragment WorkspaceFacts on Workspace {
    id
    name
    status
    path
    depth
    role
    runtime
    tier
    model
    plugins
    spec
    lastHeartbeatAt
    activeTasks
    removedAt
    parent {
      id
    }
    agent {
      id
      status
    }
  }

  fragment WorkspaceRefusal on UserError {
    ... on WorkspaceRemovedError {
      workspace {
        id
      }
    }
    ... on WorkspaceNameTakenError {
      workspace {
        id
      }
    }
    ... on WorkspaceTooDeepError {
      limit
    }
    ... on ConfirmationRequiredError {
      workspaceName
      descendantCount
      activeTasks
    }
  }
`);

export const CreateWorkspace = graphql(`
  mutation CreateWorkspace($input: CreateWorkspaceInput!) {
    createWorkspace(input: $input) {
      __typename
      ... on CreateWorkspacePayload {
        cursor
        requestId
        workspace {
          ...WorkspaceFacts
        }
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }
`);

export const UpdateWorkspace = graphql(`
  mutation UpdateWorkspace($input: UpdateWorkspaceInput!) {
    updateWorkspace(input: $input) {
      __typename
      ... on UpdateWorkspacePayload {
        cursor
        requestId
        workspace {
          ...WorkspaceFacts
        }
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }
`);

export const MoveWorkspace = graphql(`
  mutation MoveWorkspace($input: MoveWorkspaceInput!) {
    moveWorkspace(input: $input) {
      __typename
      ... on MoveWorkspacePayload {
        cursor
        requestId
        workspace {
          ...WorkspaceFacts
        }
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }
`);

export const RemoveWorkspace = graphql(`
  mutation RemoveWorkspace($input: RemoveWorkspaceInput!) {
    removeWorkspace(input: $input) {
      __typename
      ... on RemoveWorkspacePayload {
        cursor
        requestId
        workspace {
          ...WorkspaceFacts
        }
        removedCount
        offboardedAgentCount
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }
`);

export const SetWorkspaceSchedule = graphql(`
  mutation SetWorkspaceSchedule($input: SetWorkspaceScheduleInput!) {
    setWorkspaceSchedule(input: $input) {
      __typename
      ... on SetWorkspaceSchedulePayload {
        cursor
        requestId
        schedule {
          ...ScheduleFacts
        }
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }

  fragment ScheduleFacts on WorkspaceSchedule {
    id
    name
    cronExpr
    timezone
    prompt
    enabled
    source
    project {
      id
    }
    nextRunAt
    lastRunAt
    lastOutcome
    lastReason
    lastSession {
      id
    }
  }
`);

export const RemoveWorkspaceSchedule = graphql(`
  mutation RemoveWorkspaceSchedule($input: RemoveWorkspaceScheduleInput!) {
    removeWorkspaceSchedule(input: $input) {
      __typename
      ... on RemoveWorkspaceSchedulePayload {
        cursor
        requestId
        workspace {
          id
          schedules {
            nodes {
              id
            }
          }
        }
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }
`);

export const ReportWorkspaceHeartbeat = graphql(`
  mutation ReportWorkspaceHeartbeat($input: ReportWorkspaceHeartbeatInput!) {
    reportWorkspaceHeartbeat(input: $input) {
      __typename
      ... on ReportWorkspaceHeartbeatPayload {
        cursor
        requestId
        workspace {
          ...WorkspaceFacts
        }
      }
      ...Refusal
      ...WorkspaceRefusal
    }
  }
`);
