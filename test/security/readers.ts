/** The viewers that may read each type, and those that may subscribe. */
import type { Insider, Outsider } from './cast.ts';
import { table } from './table.ts';

/** `all`: the viewer reads every field. `none`: the object does not exist for this viewer. */
export const THINGS = table<Outsider | Insider>(`
  type                    | outsider | former | elsewhere | agent | member | admin | owner
  Organization            | none     | none   | none      | all   | all    | all   | all
  User                    | none     | none   | none      | all   | all    | all   | all
  Membership              | none     | none   | none      | all   | all    | all   | all
  Invitation              | none     | none   | none      | all   | all    | all   | all
  Token                   | none     | none   | none      | all   | all    | all   | all
  Agent                   | none     | none   | none      | all   | all    | all   | all
  WatchedRepo             | none     | none   | none      | all   | all    | all   | all
  AgentMemory             | none     | none   | none      | all   | all    | all   | all
  AgentAction             | none     | none   | none      | all   | all    | all   | all
  ReviewedPullRequest     | none     | none   | none      | all   | all    | all   | all
  Workspace               | none     | none   | none      | all   | all    | all   | all
  WorkspaceSchedule       | none     | none   | none      | all   | all    | all   | all
  WorkspaceChannel        | none     | none   | none      | all   | all    | all   | all
  OrgImport               | none     | none   | none      | all   | all    | all   | all
  Project                 | none     | none   | none      | all   | all    | all   | all
  Session                 | none     | none   | none      | all   | all    | all   | all
  ExecutionWorkspace      | none     | none   | none      | all   | all    | all   | all
  ExecutionWorkspaceNote  | none     | none   | none      | all   | all    | all   | all
  PullRequest             | none     | none   | none      | all   | all    | all   | all
  PullRequestCheck        | none     | none   | none      | all   | all    | all   | all
  PullRequestReviewThread | none     | none   | none      | all   | all    | all   | all
  PullRequestReview       | none     | none   | none      | all   | all    | all   | all
  PullRequestClaim        | none     | none   | none      | all   | all    | all   | all
  StructureEvent          | none     | none   | none      | all   | all    | all   | all
  EntityType              | none     | none   | none      | all   | all    | all   | all
  RelationshipType        | none     | none   | none      | all   | all    | all   | all
  Classifier              | none     | none   | none      | all   | all    | all   | all
  ClassifierVersion       | none     | none   | none      | all   | all    | all   | all
  Watcher                 | none     | none   | none      | all   | all    | all   | all
  WatcherVersion          | none     | none   | none      | all   | all    | all   | all
  WatcherWindow           | none     | none   | none      | all   | all    | all   | all
  Installation            | none     | none   | none      | all   | all    | all   | all
  Template                | none     | none   | none      | all   | all    | all   | all
  TemplateRelease         | none     | none   | none      | all   | all    | all   | all
`);

/** The fields that `all` covers. A new field fails the test until it is added here. */
export const FIELDS: Record<string, string> = {
  Viewer: 'id kind name user agent personalOrganization organizations invitations tokens',
  Organization:
    'id slug name viewerRole createdAt viewerCanAddMember viewerCanRegisterProject viewerCanHireAgent viewerCanSpawnSession members invitations tokens agents workspaces workspaceTree orgImports project projects session sessions laneCounts executionWorkspaces pullRequest pullRequests orphanedPullRequests needsMe hostBudget entityTypes relationshipTypes classifiers watchers templates installations structureEvents changes feedCursor search',
  User: 'id name email createdAt',
  Membership: 'id user role name createdAt removedAt viewerCanChangeRole viewerCanRemove',
  Invitation:
    'id organization email name role status invitedBy createdAt endedAt viewerCanAnswer viewerCanWithdraw',
  InvitingOrganization: 'id slug name',
  Token:
    'id user agent organization createdBy label prefix createdAt expiresAt lastUsedAt revokedAt viewerCanRevoke',
  Agent:
    'id name role description status failure failedAt organization workspace hiredBy hiredAt offboardedAt offboardReason tokens watchedRepos memory actions reviewedPullRequests sessions laneCounts updatedAt viewerCanOffboard viewerCanWatchRepo viewerCanCreateToken',
  WatchedRepo: 'id repo agent createdAt viewerCanUnwatch',
  AgentMemory: 'id key value agent createdAt updatedAt',
  AgentAction: 'id action outcome metadata furtherRefusals agent createdAt',
  ReviewedPullRequest: 'id repo number agent reviewedAt',
  Workspace:
    'id name role status agent organization parent path depth children tier runtime model plugins spec schedules channels lastHeartbeatAt errorRate sampleError activeTasks currentTask uptimeSeconds import importDocument createdAt updatedAt removedAt viewerCanUpdate viewerCanMove viewerCanRemove',
  WorkspaceTreeNode:
    'workspaceId parentId name path depth status childCount descendantCount statusCounts role runtime tier activeTasks agentId agentName',
  WorkspaceStatusCounts: 'provisioning online offline degraded failed',
  WorkspaceSchedule:
    'id name workspace cronExpr timezone prompt enabled source project nextRunAt lastRunAt lastOutcome lastReason lastSession createdAt updatedAt',
  WorkspaceChannel: 'id type workspace config allowedUsers enabled source createdAt updatedAt',
  OrgImport:
    'id name organization mode status planHash createdCount skippedCount updatedCount movedCount removedCount provisionedCount failedCount durationMs warnings error requestedBy startedAt finishedAt',
  OrgImportWarning: 'path message',
  Project:
    'id slug name repoUrl kind silentAfterMinutes severelySilentAfterMinutes archivedAt createdAt updatedAt organization sessions pullRequests laneCounts viewerCanUpdate',
  Session:
    'id num name displayName kind project agent organization activityState activityLastAt firstSignalAt lastHeardAt noSignalAt severeSilenceAt launchId isTerminated terminatedAt terminatedBy displayStatus statusSince scmStatus lane laneSince statusChangesAt mergePolicy branch hasWorkspace executionWorkspace pullRequests prompt spawnedBy createdAt updatedAt viewerCanTerminate viewerCanRestore viewerCanRename viewerCanClaimPR',
  ExecutionWorkspace:
    'id name organization project session sessions mode strategy provider branch baseRef status version generation noteCount notes openedAt lastUsedAt closedAt cleanupEligibleAt cleanupReason cleanupWarnings updatedAt closeReadiness',
  ExecutionWorkspaceNote: 'id executionWorkspace author body createdAt',
  CloseReadiness: 'state blockingReasons warnings plannedActions',
  MergePolicy: 'terminateOnPrMerge',
  LaneCount: 'lane count project agent',
  PullRequest:
    'id repo url number title author sourceBranch targetBranch sourceRepo isCrossRepository isDraft state ciState requiredCiState awaitsApproval reviewDecision mergeability mergeabilityReasons isInMergeQueue mergeQueuePosition unreadable headSha additions deletions changedFiles session project orphanedSince organization claims checks failingChecks reviewThreads unresolvedBy reviews latestReviews createdAt mergedAt closedAt stateChangedAt observedAt updatedAt viewerCanRefresh',
  NeedsMe: 'reason message since subject',
  PullRequestClaim: 'id pullRequest from to how actor at',
  PullRequestCheck:
    'id name commitSha status conclusion isRequired url startedAt completedAt pullRequest createdAt updatedAt',
  PullRequestReviewThread:
    'id path line isResolved isOutdated isBot isByAuthor pullRequest createdAt updatedAt',
  PullRequestReview: 'id author state body url isBot submittedAt pullRequest',
  UnresolvedReviewer: 'reviewer isBot count outdatedCount reviewUrl links',
  ReviewThreadLink: 'url file line',
  EntityType:
    'id slug name displayName description organization agent managedBy sourceKey sourceRelease mirroredAt locallyChanged lastWriter orphaned archivedAt createdAt updatedAt viewerCanEdit metadataSchema',
  RelationshipType:
    'id slug name displayName description organization agent managedBy sourceKey sourceRelease mirroredAt locallyChanged lastWriter orphaned archivedAt createdAt updatedAt viewerCanEdit metadataSchema isSymmetric inverse rules',
  RelationshipTypeRule: 'source target',
  Classifier:
    'id slug name displayName description organization agent managedBy sourceKey sourceRelease mirroredAt locallyChanged lastWriter orphaned archivedAt createdAt updatedAt viewerCanEdit watcher currentVersion versions',
  ClassifierVersion: 'id classifier version attributeKey attributeValues createdAt',
  Watcher:
    'id slug name displayName description organization agent managedBy sourceKey sourceRelease mirroredAt locallyChanged lastWriter orphaned archivedAt createdAt updatedAt viewerCanEdit schedule scheduleEnabled connection currentVersion versions windows',
  WatcherVersion: 'id watcher version prompt extractionSchema reactionScript createdAt',
  WatcherWindow: 'id watcher version startsAt endsAt extractedData createdAt',
  Installation:
    'id organization template release updateAvailable drift items agent status installedAt uninstalledAt updatedAt',
  InstallationItem: 'kind sourceKey slug state',
  Template:
    'id slug name description visibility publisher latestRelease releases installManifest createdAt updatedAt',
  TemplateRelease: 'id template number hash installManifest createdAt',
  TemplateInstallPlan: 'hash release items conflicts',
  TemplatePlanItem: 'kind sourceKey slug action reason diff kept',
  TemplateFieldDiff: 'field before after',
  TemplateConflict: 'kind slug reason owner installation resolutions',
  InstallManifest: 'environment connections creates',
  InstallManifestItem: 'kind slug name description',
  StructureEvent: 'id type subjectId importId actor requestId tokenId payload occurredAt',
  Change: 'cursor type entityId changed payload occurredAt actor requestId entity tokenId',
  UserActor: 'kind name user',
  AgentActor: 'kind name agent',
  SystemActor: 'kind name',
  DatabaseActor: 'kind name',
  RepoRef: 'owner name nameWithOwner',
  HostBudget: 'host limit remaining resetAt',
  PageInfo: 'hasNextPage hasPreviousPage startCursor endCursor',
};

/**
 * `hears`: the viewer receives events. `none`: the organization does not exist for this viewer. A client without a
 * token cannot open a socket.
 */
export const SUBSCRIPTIONS = table<Outsider | Insider>(`
  subscription              | outsider | former | elsewhere | agent | member | admin | owner
  agentChanged              | none     | none   | none      | hears | hears  | hears | hears
  changes                   | none     | none   | none      | hears | hears  | hears | hears
  executionWorkspaceChanged | none     | none   | none      | hears | hears  | hears | hears
  installationChanged       | none     | none   | none      | hears | hears  | hears | hears
  prChanged                 | none     | none   | none      | hears | hears  | hears | hears
  prCheckRecorded           | none     | none   | none      | hears | hears  | hears | hears
  prReviewThreadChanged     | none     | none   | none      | hears | hears  | hears | hears
  prSessionChanged          | none     | none   | none      | hears | hears  | hears | hears
  sessionChanged            | none     | none   | none      | hears | hears  | hears | hears
  watchedRepoChanged        | none     | none   | none      | hears | hears  | hears | hears
  workspaceChanged          | none     | none   | none      | hears | hears  | hears | hears
  orgImportChanged          | none     | none   | none      | hears | hears  | hears | hears
`);

/** The fields of each event. A new field fails the test until it is added here. */
export const EVENT_FIELDS: Record<string, string> = {
  AgentChanged: 'cursor type entityId changed payload occurredAt actor requestId agent',
  WatchedRepoChanged: 'cursor type entityId changed payload occurredAt actor requestId repo agent',
  Change: 'cursor type entityId changed payload occurredAt actor requestId entity tokenId',
  WorkspaceChanged: 'cursor type entityId changed payload occurredAt actor requestId workspace',
  OrgImportChanged: 'cursor type entityId changed payload occurredAt actor requestId import',
  InstallationChanged: 'cursor type entityId changed payload occurredAt actor requestId installation',
  PrChanged: 'cursor type entityId changed payload occurredAt actor requestId pullRequest',
  PrCheckRecorded: 'cursor type entityId changed payload occurredAt actor requestId check pullRequest',
  PrReviewThreadChanged: 'cursor type entityId changed payload occurredAt actor requestId thread pullRequest',
  PrSessionChanged:
    'cursor type entityId changed payload occurredAt actor requestId pullRequest fromSession toSession',
  ExecutionWorkspaceChanged:
    'cursor type entityId changed payload occurredAt actor requestId executionWorkspace',
  SessionChanged: 'cursor type entityId changed payload occurredAt actor requestId session',
};
