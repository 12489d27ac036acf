/** A request that would violate each rule that input can reach, and what it is answered with. */
import { randomUUID } from 'node:crypto';
import { globalId } from '../../src/value/globalId.ts';
import { ACTS } from '../security/acts.ts';
import type { Cast, Role } from '../security/cast.ts';
import { uuidOf } from '../support/psql.ts';
import { newSource } from '../support/template.ts';
import { installByHand } from '../support/vocabulary.ts';
import { mutate } from './mutate.ts';

export type Request = {
  /** The row of ACTS whose input it changes. */
  act: string;
  /** What it changes in that input. */
  input: (cast: Cast) => object | Promise<object>;
  /** The code of the error, or the type of the payload. */
  answer: string;
  /** For INVALID_INPUT: the path of the issue. */
  path?: string;
  /** Who sends it. Default: the owner. */
  by?: Role;
};

function answered(act: string, answer: string, input: Request['input'], by?: Role): Request {
  return { act, input, answer, by };
}

/** The first field is the one at fault. */
function invalid(act: string, input: Record<string, unknown>, by?: Role): Request {
  return { act, input: () => input, answer: 'INVALID_INPUT', path: Object.keys(input)[0], by };
}

/** An id of no row. */
function missing(act: string, field: string, type: string): Request {
  return answered(act, 'NOT_FOUND', () => ({ [field]: globalId(type, randomUUID()) }));
}

/** The channels of a workspace come from an org file alone. */
function imported(channels: string): Request {
  const yaml = `name: Acme\nworkspaces:\n  - name: Ada\n    channels: ${channels}`;
  return answered('importOrg', 'INVALID_ORG_SOURCE', () => ({ source: { yaml } }));
}

/** The same input once more. */
function again(act: string, answer: string): Request {
  return answered(act, answer, async (cast) => {
    const input = await inputOf(cast, act);
    await mutate(cast.team.owner, act, input);
    return input;
  });
}

async function inputOf(cast: Cast, act: string): Promise<Record<string, string>> {
  return { ...(await ACTS[act]?.(cast, 'owner')) };
}

const long = (length: number) => 'x'.repeat(length);
const ended = async ({ team }: Cast) => {
  const { id } = await team.employ();
  await team.offboard(id);
  return { agentId: id };
};
const removed = async ({ team }: Cast) => {
  const workspace = await team.addWorkspace();
  await team.removeWorkspace(workspace);
  return workspace.id;
};

/** The orchestrator of a new project. */
const orchestratorOf = async (team: Cast['team']) => {
  const { id: projectId } = await team.register({ slug: `directed-${randomUUID()}` });
  return { projectId, ...(await team.spawn({ projectId, kind: 'ORCHESTRATOR' })) };
};

const VOCABULARY = {
  classifier: 'Classifier',
  entity_type: 'EntityType',
  relationship_type: 'RelationshipType',
  watcher: 'Watcher',
};

/** What all kinds of vocabulary have. */
const vocabulary = Object.entries(VOCABULARY).map(([table, kind]) => ({
  [`${table}_agent_fkey`]: missing(`create${kind}`, 'agentId', 'Agent'),
  [`${table}_description_check`]: invalid(`create${kind}`, { description: long(2_001) }),
  [`${table}_display_name_check`]: invalid(`update${kind}`, { displayName: '' }),
  [`${table}_insert_slug_check`]: invalid(`create${kind}`, { slug: '$ours' }),
  [`${table}_name_check`]: invalid(`create${kind}`, { name: '' }),
  [`${table}_organization_id_fkey`]: missing(`create${kind}`, 'organizationId', 'Organization'),
  [`${table}_slug_check`]: invalid(`create${kind}`, { slug: 'Not a slug' }),
  [`${table}_slug_key`]: again(`create${kind}`, 'SLUG_TAKEN'),
  [`${table}_update_slug_check`]: invalid(`update${kind}`, { slug: '$ours' }),
}));

export const REQUESTS: Record<string, Request> = Object.assign({}, ...vocabulary, {
  agent_action_action_check: invalid('logAgentAction: its own', { action: '' }),
  agent_action_agent_fkey: missing('logAgentAction: its own', 'agentId', 'Agent'),
  agent_action_metadata_check: invalid('logAgentAction: its own', { metadata: [] }),
  agent_config_check: invalid('hireAgent', { config: [] }),
  agent_description_check: invalid('hireAgent', { description: '' }),
  agent_memory_agent_fkey: missing('putAgentMemory: its own', 'agentId', 'Agent'),
  agent_memory_key: again('putAgentMemory: its own', 'PutAgentMemoryPayload'),
  agent_memory_key_check: invalid('putAgentMemory: its own', { key: '' }),
  agent_memory_value_check: invalid('putAgentMemory: its own', { value: long(65_537) }),
  agent_name_check: invalid('hireAgent', { name: '' }),
  agent_offboard_reason_check: invalid("offboardAgent: another's", { reason: '' }),
  agent_organization_id_fkey: missing('hireAgent', 'organizationId', 'Organization'),
  agent_role_check: invalid('hireAgent', { role: '' }),
  agent_workspace_fkey: missing('hireAgent', 'workspaceId', 'Workspace'),
  agent_workspace_key: again('hireAgent: for a workspace', 'WORKSPACE_OCCUPIED'),
  agent_workspace_live_check: answered('hireAgent', 'WORKSPACE_REMOVED', async (cast) => ({
    workspaceId: await removed(cast),
  })),
  classifier_version_attribute_key_check: invalid('createClassifier', { attributeKey: '' }),
  classifier_version_attribute_values_check: invalid('createClassifier', { attributeValues: [] }),
  classifier_watcher_fkey: missing('createClassifier', 'watcherId', 'Watcher'),
  entity_type_metadata_schema_check: invalid('createEntityType', { metadataSchema: [] }),
  execution_workspace_note_workspace_fkey: missing('addExecutionWorkspaceNote', 'id', 'ExecutionWorkspace'),
  execution_workspace_notes_text_length: invalid('addExecutionWorkspaceNote', { body: '' }),
  execution_workspace_organization_id_fkey: missing(
    'openExecutionWorkspace',
    'organizationId',
    'Organization',
  ),
  execution_workspace_project_fkey: missing('openExecutionWorkspace', 'projectId', 'Project'),
  execution_workspace_session_fkey: missing('openExecutionWorkspace', 'sessionId', 'Session'),
  execution_workspaces_closed_state_consistency: answered(
    'idleExecutionWorkspace',
    'ALREADY_CLOSED',
    (cast) => inputOf(cast, 'reopenExecutionWorkspace'),
  ),
  execution_workspaces_one_open_shared: answered(
    'openExecutionWorkspace',
    'SHARED_WORKSPACE_OPEN',
    async ({ team }) => {
      const shared = {
        projectId: (await team.register({ slug: `shared-${randomUUID()}` })).id,
        mode: 'SHARED_WORKSPACE' as const,
      };
      await team.openExecutionWorkspace(shared);
      return { ...shared, sessionId: null };
    },
  ),
  execution_workspaces_text_length: invalid('openExecutionWorkspace', { name: '' }),
  idempotency_key_key: answered('hireAgent', 'IDEMPOTENCY_CONFLICT', async (cast) => {
    const input = { ...(await inputOf(cast, 'hireAgent')), idempotencyKey: 'conflict' };
    await mutate(cast.team.owner, 'hireAgent', input);
    return { ...input, name: 'Eve' };
  }),
  idempotency_key_key_check: invalid('hireAgent', { idempotencyKey: '' }),
  installation_organization_id_fkey: missing('installTemplate', 'organizationId', 'Organization'),
  installation_release_fkey: answered('installTemplate', 'NOT_FOUND', () => ({ release: 99 })),
  installation_source_check: answered('installTemplate', 'CANNOT_INSTALL_INTO_SOURCE_ORG', async (cast) => {
    const { slug: templateSlug } = await publishedHere(cast, 'PUBLIC');
    return { templateSlug };
  }),
  installation_template_fkey: answered('installTemplate', 'NOT_FOUND', () => ({
    templateSlug: 'no-template',
  })),
  installation_template_key: again('installTemplate', 'InstallTemplatePayload'),
  installation_uninstalled_stays: answered('resyncInstallation', 'NOT_INSTALLED', async (cast) => {
    const input = await inputOf(cast, 'uninstallTemplate');
    await mutate(cast.team.owner, 'uninstallTemplate', input);
    return { installationId: input.installationId };
  }),
  invitation_email_check: invalid('addMember: a member', { email: 'nobody' }),
  invitation_name_check: invalid('addMember: a member', { name: '' }),
  invitation_organization_id_fkey: missing('addMember: a member', 'organizationId', 'Organization'),
  invitation_pending_key: again('addMember: a member', 'ALREADY_INVITED'),
  membership_live_key: answered('addMember: a member', 'ALREADY_MEMBER', ({ emails }) => ({
    email: emails.member,
  })),
  org_import_name_check: answered('importOrg', 'INVALID_ORG_SOURCE', () => ({
    source: { yaml: 'name: ""' },
  })),
  org_import_organization_id_fkey: missing('importOrg', 'organizationId', 'Organization'),
  organization_name_check: invalid('createOrganization', { name: '' }),
  organization_owner_check: answered(
    'changeMemberRole: of a member',
    'LAST_OWNER',
    async ({ otherTeam, psql }) => {
      const [owner] = await psql<{ id: string }>('SELECT id FROM membership WHERE organization_id = $1', [
        uuidOf(otherTeam.id),
      ]);
      return { memberId: globalId('Membership', owner?.id ?? ''), role: 'MEMBER' };
    },
    'outsider',
  ),
  organization_slug_check: invalid('createOrganization', { slug: 'Not a slug' }),
  organization_slug_key: again('createOrganization', 'SLUG_TAKEN'),
  project_name_check: invalid('registerProject', { name: '' }),
  project_organization_id_fkey: missing('registerProject', 'organizationId', 'Organization'),
  project_repo_url_check: invalid('registerProject', { repoUrl: `https://github.com/${long(2_000)}` }),
  project_scratch_check: invalid('registerProject', {
    repoUrl: 'https://github.com/acme/rocket',
    kind: 'SCRATCH',
  }),
  project_silence_check: invalid('updateProject', {
    severelySilentAfterMinutes: 1,
    silentAfterMinutes: 2,
  }),
  project_slug_check: invalid('registerProject', { slug: 'Not a slug' }),
  project_slug_key: again('registerProject', 'SLUG_TAKEN'),
  pull_request_holder_check: answered('claimPR', 'SESSION_NOT_CLAIMABLE', async ({ team }) => ({
    sessionId: (await orchestratorOf(team)).id,
  })),
  pull_request_key: answered('claimPR', 'PR_CLAIMED_BY_ACTIVE_SESSION', async (cast) => ({
    ...(await inputOf(cast, 'claimPR: a takeover')),
    allowTakeover: false,
  })),
  pull_request_number_check: answered('claimPR', 'INVALID_PR_REF', () => ({ pr: '#0' })),
  pull_request_session_fkey: missing('claimPR', 'sessionId', 'Session'),
  relationship_type_inverse_check: answered('updateRelationshipType', 'INVALID_INPUT', async (cast) => {
    const { id } = await inputOf(cast, 'updateRelationshipType');
    return { id, inverseId: id };
  }),
  relationship_type_inverse_fkey: missing('createRelationshipType', 'inverseId', 'RelationshipType'),
  relationship_type_metadata_schema_check: invalid('createRelationshipType', { metadataSchema: [] }),
  relationship_type_rule_source_fkey: invalid('createRelationshipType', {
    rules: [{ sourceSlug: 'no-type', targetSlug: 'no-type' }],
  }),
  relationship_type_rule_target_fkey: invalid('createRelationshipType', {
    rules: [{ sourceSlug: 'no-type', targetSlug: 'no-type' }],
  }),
  reviewed_pull_request_agent_fkey: missing('recordReviewedPR: its own', 'agentId', 'Agent'),
  reviewed_pull_request_key: again('recordReviewedPR: its own', 'RecordReviewedPRPayload'),
  reviewed_pull_request_number_check: invalid('recordReviewedPR: its own', { number: 0 }),
  reviewed_pull_request_shape_check: invalid('recordReviewedPR: its own', { repo: 'acme/..' }),
  session_agent_check: answered('spawnSession', 'AGENT_NOT_RUNNING', ended),
  session_agent_fkey: missing('spawnSession', 'agentId', 'Agent'),
  session_branch_check: invalid('spawnSession', { branch: long(256) }),
  session_display_name_check: invalid('spawnSession', { displayName: long(21) }),
  session_execution_workspace_fkey: missing('spawnSession', 'executionWorkspaceId', 'ExecutionWorkspace'),
  session_execution_workspace_open_check: answered(
    'spawnSession',
    'EXECUTION_WORKSPACE_CLOSED',
    async (cast) => ({
      executionWorkspaceId: (await inputOf(cast, 'reopenExecutionWorkspace')).id,
    }),
  ),
  session_orchestrator_key: answered('spawnSession', 'ORCHESTRATOR_RUNNING', async ({ team }) => ({
    projectId: (await orchestratorOf(team)).projectId,
    kind: 'ORCHESTRATOR',
  })),
  session_project_fkey: missing('spawnSession', 'projectId', 'Project'),
  session_prompt_check: invalid('spawnSession', { prompt: long(100_001) }),
  session_workspace_path_check: invalid('spawnSession', { workspacePath: '' }),
  template_agent_check: answered(
    'publishTemplateRelease',
    'TEMPLATE_IS_INSTALLATION',
    async ({ team, psql }) => {
      const { id } = await installByHand(psql, team);
      const [installed] = await psql<{ id: string }>(
        'SELECT agent_id AS id FROM installation WHERE id = $1',
        [id],
      );
      return { agentId: globalId('Agent', installed?.id ?? '') };
    },
  ),
  template_agent_fkey: missing('publishTemplateRelease', 'agentId', 'Agent'),
  template_description_check: invalid('publishTemplateRelease', { description: long(2_001) }),
  template_name_check: invalid('publishTemplateRelease', { name: '' }),
  template_public_slug_key: answered('publishTemplateRelease', 'SLUG_TAKEN', async (cast) => ({
    slug: (await inputOf(cast, 'installTemplate')).templateSlug,
    visibility: 'PUBLIC',
  })),
  template_slug_check: invalid('publishTemplateRelease', { slug: 'Not a slug' }),
  template_slug_key: answered('publishTemplateRelease', 'SLUG_TAKEN', async (cast) => ({
    slug: (await publishedHere(cast, 'PRIVATE')).slug,
  })),
  token_agent_check: answered("createToken: for another's agent", 'AGENT_NOT_RUNNING', ended),
  token_agent_fkey: missing("createToken: for another's agent", 'agentId', 'Agent'),
  token_holder_check: answered('createToken: for oneself', 'INVALID_INPUT', ({ agents, colleagues }) => ({
    ...{ agentId: agents.own.id, userId: colleagues.member },
  })),
  token_label_check: invalid('createToken: for oneself', { label: '' }),
  token_organization_id_fkey: missing('createToken: for oneself', 'organizationId', 'Organization'),
  token_user_id_fkey: missing('createToken: for oneself', 'userId', 'User'),
  user_email_check: invalid('addMember: a member', { email: 'no address' }),
  user_email_key: answered('addMember: a member', 'AddMemberPayload', ({ otherTeam }) => ({
    email: otherTeam.owner.email.toUpperCase(),
  })),
  user_name_check: invalid('addMember: a member', { name: '' }),
  watched_repo_agent_check: answered("watchRepo: by another's agent", 'AGENT_NOT_RUNNING', ended),
  watched_repo_agent_fkey: missing("watchRepo: by another's agent", 'agentId', 'Agent'),
  watched_repo_key: again("watchRepo: by another's agent", 'REPO_ALREADY_WATCHED'),
  watched_repo_shape_check: invalid("watchRepo: by another's agent", { repo: 'acme/..' }),
  watcher_connection_check: invalid('updateWatcher', { connection: '' }),
  watcher_schedule_check: invalid('createWatcher', { schedule: '' }),
  watcher_version_extraction_schema_check: invalid('createWatcher', { extractionSchema: [] }),
  watcher_version_prompt_check: invalid('createWatcher', { prompt: '' }),
  watcher_version_reaction_script_check: invalid('createWatcher', { reactionScript: long(65_537) }),
  watcher_window_extracted_data_check: invalid('recordWatcherWindow', { extractedData: [] }),
  watcher_window_key: again('recordWatcherWindow', 'WATCHER_WINDOW_RECORDED'),
  watcher_window_span_check: invalid('recordWatcherWindow', { endsAt: '2026-11-21T00:00:00.000Z' }),
  watcher_window_version_fkey: missing('recordWatcherWindow', 'versionId', 'WatcherVersion'),
  watcher_window_watcher_fkey: missing('recordWatcherWindow', 'watcherId', 'Watcher'),
  workspace_active_tasks_check: invalid('reportWorkspaceHeartbeat: its own', { activeTasks: -1 }, 'agent'),
  workspace_channel_config_check: imported("[{ type: telegram, config: 'on' }]"),
  workspace_channel_type_check: imported("[{ type: '' }]"),
  workspace_channel_type_key: imported('[{ type: telegram }, { type: telegram }]'),
  workspace_current_task_check: invalid('reportWorkspaceHeartbeat: its own', { currentTask: '' }, 'agent'),
  workspace_cycle_check: answered('moveWorkspace', 'WORKSPACE_CYCLE', async ({ team }) => {
    const { id: workspaceId } = await team.addWorkspace();
    return { workspaceId, parentId: (await team.addWorkspace({ parentId: workspaceId })).id };
  }),
  workspace_depth_check: answered('createWorkspace', 'WORKSPACE_TOO_DEEP', async (cast) => {
    const input = { ...(await inputOf(cast, 'importOrg')), source: { yaml: deepTree(64) } };
    await mutate(cast.team.owner, 'importOrg', input);
    const [deepest] = await cast.psql<{ id: string }>('SELECT id FROM workspace WHERE depth = 63');
    return { parentId: globalId('Workspace', deepest?.id ?? '') };
  }),
  workspace_error_rate_check: invalid('reportWorkspaceHeartbeat: its own', { errorRate: 1.5 }, 'agent'),
  workspace_import_document_check: answered('importOrg', 'INVALID_ORG_SOURCE', () => ({
    source: { yaml: 'name: ""' },
  })),
  workspace_model_check: invalid('createWorkspace', { model: '' }),
  workspace_name_check: invalid('createWorkspace', { name: '' }),
  workspace_name_key: again('createWorkspace', 'WORKSPACE_NAME_TAKEN'),
  workspace_organization_id_fkey: missing('createWorkspace', 'organizationId', 'Organization'),
  workspace_parent_check: answered('moveWorkspace', 'WORKSPACE_CYCLE', async ({ team }) => {
    const { id } = await team.addWorkspace();
    return { workspaceId: id, parentId: id };
  }),
  workspace_parent_fkey: missing('createWorkspace', 'parentId', 'Workspace'),
  workspace_parent_live_check: answered('createWorkspace', 'WORKSPACE_REMOVED', async (cast) => ({
    parentId: await removed(cast),
  })),
  workspace_removed_stays: answered('updateWorkspace', 'WORKSPACE_REMOVED', async (cast) => ({
    workspaceId: await removed(cast),
  })),
  workspace_role_check: invalid('createWorkspace', { role: long(10_001) }),
  workspace_runtime_check: invalid('createWorkspace', { runtime: '' }),
  workspace_sample_error_check: invalid('reportWorkspaceHeartbeat: its own', { sampleError: '' }, 'agent'),
  workspace_schedule_cron_expr_check: invalid('setWorkspaceSchedule', { cronExpr: '' }),
  workspace_schedule_live_check: answered('setWorkspaceSchedule', 'WORKSPACE_REMOVED', async (cast) => ({
    workspaceId: await removed(cast),
  })),
  workspace_schedule_name_check: invalid('setWorkspaceSchedule', { name: '' }),
  workspace_schedule_name_key: again('setWorkspaceSchedule', 'SetWorkspaceSchedulePayload'),
  workspace_schedule_project_fkey: missing('setWorkspaceSchedule', 'projectId', 'Project'),
  workspace_schedule_prompt_check: invalid('setWorkspaceSchedule', { prompt: long(100_001) }),
  workspace_schedule_timezone_check: invalid('setWorkspaceSchedule', { timezone: '' }),
  workspace_schedule_workspace_fkey: missing('setWorkspaceSchedule', 'workspaceId', 'Workspace'),
  workspace_spec_check: invalid('createWorkspace', { spec: [] }),
  workspace_tier_check: invalid('createWorkspace', { tier: 0 }),
  workspace_uptime_check: invalid('reportWorkspaceHeartbeat: its own', { uptimeSeconds: -1 }, 'agent'),
});

/** A template that the team itself publishes. */
async function publishedHere({ team }: Cast, visibility: 'PUBLIC' | 'PRIVATE') {
  const source = await newSource(team);
  await source.publish({ visibility });
  return source;
}

/** An org file with one workspace on each level. */
function deepTree(levels: number): string {
  const lines = ['name: Deep', 'workspaces:'];
  for (let level = 0; level < levels; level++) {
    const indent = '    '.repeat(level);
    lines.push(`${indent}  - name: level ${level}`);
    if (level < levels - 1) lines.push(`${indent}    children:`);
  }
  return lines.join('\n');
}
