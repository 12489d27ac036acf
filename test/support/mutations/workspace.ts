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
