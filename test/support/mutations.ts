/** The mutations, each with all that it may answer. */
import { graphql } from '../graphql/gql.ts';

export const CreateOrganization = graphql(`
  mutation CreateOrganization($input: CreateOrganizationInput!) {
    createOrganization(input: $input) {
      __typename
      ... on CreateOrganizationPayload {
        cursor
        requestId
        organization {
          id
          slug
          name
          viewerRole
        }
      }
      ...Refusal
      ... on SlugTakenError {
        slug
      }
    }
  }

  fragment Refusal on UserError {
    code
    message
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
`);

export const AddMember = graphql(`
  mutation AddMember($input: AddMemberInput!) {
    addMember(input: $input) {
      __typename
      ... on AddMemberPayload {
        cursor
        requestId
        member {
          id
          role
          user {
            id
            name
            email
          }
        }
      }
      ...Refusal
      ... on AlreadyMemberError {
        member {
          id
          role
        }
      }
    }
  }
`);

export const CreateToken = graphql(`
  mutation CreateToken($input: CreateTokenInput!) {
    createToken(input: $input) {
      __typename
      ... on CreateTokenPayload {
        cursor
        requestId
        secret
        token {
          id
          label
          prefix
          expiresAt
          revokedAt
          user {
            id
          }
          agent {
            id
          }
        }
      }
      ...Refusal
    }
  }
`);

export const RevokeToken = graphql(`
  mutation RevokeToken($input: RevokeTokenInput!) {
    revokeToken(input: $input) {
      __typename
      ... on RevokeTokenPayload {
        cursor
        requestId
        token {
          id
          revokedAt
        }
      }
      ...Refusal
    }
  }
`);

export const RegisterProject = graphql(`
  mutation RegisterProject($input: RegisterProjectInput!) {
    registerProject(input: $input) {
      __typename
      ... on RegisterProjectPayload {
        cursor
        requestId
        project {
          id
          slug
          name
          repoUrl
          kind
          archivedAt
        }
      }
      ...Refusal
      ... on SlugTakenError {
        slug
      }
    }
  }
`);

export const SpawnSession = graphql(`
  mutation SpawnSession($input: SpawnSessionInput!) {
    spawnSession(input: $input) {
      __typename
      ... on SpawnSessionPayload {
        cursor
        requestId
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

export const ChangeMemberRole = graphql(`
  mutation ChangeMemberRole($input: ChangeMemberRoleInput!) {
    changeMemberRole(input: $input) {
      __typename
      ... on ChangeMemberRolePayload {
        cursor
        requestId
        member {
          id
          role
        }
      }
      ...Refusal
    }
  }
`);

export const RemoveMember = graphql(`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) {
      __typename
      ... on RemoveMemberPayload {
        cursor
        requestId
        revokedTokens
        member {
          id
          role
          removedAt
          user {
            name
          }
        }
      }
      ...Refusal
    }
  }
`);

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
