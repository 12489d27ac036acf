/** The permissions of every mutation, and an input to try each one with. */
import { randomBytes } from 'node:crypto';
import type { MembershipRole } from '../graphql/graphql.ts';
import { AddMember, CloseExecutionWorkspace, CreateToken, DetachItem } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { install, newSource, type Source } from '../support/template.ts';
import { newClassifier, newEntityType, newRelationshipType, newWatcher } from '../support/vocabulary.ts';
import { type Cast, newToken, type Role } from './cast.ts';
import { table } from './table.ts';

/**
 * `yes`, or the code of the refusal: `no` is FORBIDDEN, for a viewer who sees the object but lacks the right, and
 * `none` is NOT_FOUND, for a viewer who must not see it. A mutation without a row fails the test.
 */
export const PERMISSIONS = table<Role>(`
  act                                 | nobody | outsider | former | elsewhere | agent | member | admin | owner
  createOrganization                  | 401    | yes      | yes    | no        | no    | yes    | yes   | yes
  addMember: a member                 | 401    | none     | none   | none      | no    | no     | yes   | yes
  addMember: an admin                 | 401    | none     | none   | none      | no    | no     | yes   | yes
  addMember: an owner                 | 401    | none     | none   | none      | no    | no     | no    | yes
  acceptInvitation: one's own         | 401    | yes      | yes    | none      | none  | yes    | yes   | yes
  acceptInvitation: another's         | 401    | none     | none   | none      | no    | no     | no    | no
  declineInvitation: one's own        | 401    | yes      | yes    | none      | none  | yes    | yes   | yes
  declineInvitation: another's        | 401    | none     | none   | none      | no    | no     | no    | no
  withdrawInvitation: of a member     | 401    | none     | none   | none      | no    | no     | yes   | yes
  withdrawInvitation: of an owner     | 401    | none     | none   | none      | no    | no     | no    | yes
  withdrawInvitation: to oneself      | 401    | no       | no     | none      | none  | no     | no    | no
  createToken: for oneself            | 401    | none     | none   | none      | no    | yes    | yes   | yes
  createToken: for a member           | 401    | none     | none   | none      | no    | no     | yes   | yes
  createToken: for an admin           | 401    | none     | none   | none      | no    | no     | yes   | yes
  createToken: for an owner           | 401    | none     | none   | none      | no    | no     | no    | yes
  createToken: for an outsider        | 401    | none     | none   | none      | no    | no     | none  | none
  revokeToken: one's own              | 401    | none     | none   | none      | no    | yes    | yes   | yes
  revokeToken: a member's             | 401    | none     | none   | none      | no    | no     | yes   | yes
  revokeToken: an admin's             | 401    | none     | none   | none      | no    | no     | yes   | yes
  revokeToken: an owner's             | 401    | none     | none   | none      | no    | no     | no    | yes
  revokeToken: a login token          | 401    | none     | none   | none      | none  | none   | none  | none
  revokeToken: one's own login token  | 401    | yes      | yes    | none      | none  | yes    | yes   | yes
  createToken: for an agent one hired | 401    | none     | none   | none      | no    | yes    | yes   | yes
  createToken: for another's agent    | 401    | none     | none   | none      | no    | no     | yes   | yes
  revokeToken: of an agent one hired  | 401    | none     | none   | none      | no    | yes    | yes   | yes
  revokeToken: of another's agent     | 401    | none     | none   | none      | no    | no     | yes   | yes
  changeMemberRole: of a member       | 401    | none     | none   | none      | no    | no     | yes   | yes
  changeMemberRole: to owner          | 401    | none     | none   | none      | no    | no     | no    | yes
  changeMemberRole: of an owner       | 401    | none     | none   | none      | no    | no     | no    | yes
  removeMember: a member              | 401    | none     | none   | none      | no    | no     | yes   | yes
  removeMember: an owner              | 401    | none     | none   | none      | no    | no     | no    | yes
  hireAgent                           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  hireAgent: for a workspace          | 401    | none     | none   | none      | no    | yes    | yes   | yes
  createWorkspace                     | 401    | none     | none   | none      | no    | no     | yes   | yes
  updateWorkspace                     | 401    | none     | none   | none      | no    | no     | yes   | yes
  moveWorkspace                       | 401    | none     | none   | none      | no    | no     | yes   | yes
  removeWorkspace                     | 401    | none     | none   | none      | no    | no     | yes   | yes
  importOrg                           | 401    | none     | none   | none      | no    | no     | yes   | yes
  setWorkspaceSchedule                | 401    | none     | none   | none      | no    | no     | yes   | yes
  removeWorkspaceSchedule             | 401    | none     | none   | none      | no    | no     | yes   | yes
  reportWorkspaceHeartbeat: its own   | 401    | none     | none   | none      | yes   | no     | no    | no
  reportWorkspaceHeartbeat: another's | 401    | none     | none   | none      | no    | no     | no    | no
  offboardAgent: one it hired         | 401    | none     | none   | none      | no    | yes    | yes   | yes
  offboardAgent: another's            | 401    | none     | none   | none      | no    | no     | yes   | yes
  watchRepo: by an agent it hired     | 401    | none     | none   | none      | no    | yes    | yes   | yes
  watchRepo: by another's agent       | 401    | none     | none   | none      | no    | no     | yes   | yes
  unwatchRepo: of an agent it hired   | 401    | none     | none   | none      | no    | yes    | yes   | yes
  unwatchRepo: of another's agent     | 401    | none     | none   | none      | no    | no     | yes   | yes
  putAgentMemory: its own             | 401    | none     | none   | none      | yes   | no     | yes   | yes
  putAgentMemory: another's           | 401    | none     | none   | none      | no    | no     | yes   | yes
  logAgentAction: its own             | 401    | none     | none   | none      | yes   | no     | yes   | yes
  logAgentAction: another's           | 401    | none     | none   | none      | no    | no     | yes   | yes
  recordReviewedPR: its own           | 401    | none     | none   | none      | yes   | no     | yes   | yes
  recordReviewedPR: another's         | 401    | none     | none   | none      | no    | no     | yes   | yes
  publishTemplateRelease              | 401    | none     | none   | none      | no    | no     | yes   | yes
  installTemplate                     | 401    | none     | none   | none      | no    | no     | yes   | yes
  resyncInstallation                  | 401    | none     | none   | none      | no    | no     | yes   | yes
  detachItem                          | 401    | none     | none   | none      | no    | no     | yes   | yes
  adoptItem                           | 401    | none     | none   | none      | no    | no     | yes   | yes
  uninstallTemplate                   | 401    | none     | none   | none      | no    | no     | yes   | yes
  createEntityType                    | 401    | none     | none   | none      | no    | no     | yes   | yes
  updateEntityType                    | 401    | none     | none   | none      | no    | no     | yes   | yes
  archiveEntityType                   | 401    | none     | none   | none      | no    | no     | yes   | yes
  createRelationshipType              | 401    | none     | none   | none      | no    | no     | yes   | yes
  updateRelationshipType              | 401    | none     | none   | none      | no    | no     | yes   | yes
  archiveRelationshipType             | 401    | none     | none   | none      | no    | no     | yes   | yes
  createClassifier                    | 401    | none     | none   | none      | no    | no     | yes   | yes
  updateClassifier                    | 401    | none     | none   | none      | no    | no     | yes   | yes
  archiveClassifier                   | 401    | none     | none   | none      | no    | no     | yes   | yes
  createWatcher                       | 401    | none     | none   | none      | no    | no     | yes   | yes
  updateWatcher                       | 401    | none     | none   | none      | no    | no     | yes   | yes
  archiveWatcher                      | 401    | none     | none   | none      | no    | no     | yes   | yes
  recordWatcherWindow                 | 401    | none     | none   | none      | no    | no     | yes   | yes
  registerProject                     | 401    | none     | none   | none      | no    | no     | yes   | yes
  updateProject                       | 401    | none     | none   | none      | no    | no     | yes   | yes
  archiveProject                      | 401    | none     | none   | none      | no    | no     | yes   | yes
  unarchiveProject                    | 401    | none     | none   | none      | no    | no     | yes   | yes
  spawnSession                        | 401    | none     | none   | none      | no    | yes    | yes   | yes
  spawnSession: for an agent          | 401    | none     | none   | none      | no    | yes    | yes   | yes
  spawnSession: with a claim          | 401    | none     | none   | none      | no    | yes    | yes   | yes
  reportActivity: of its own session  | 401    | none     | none   | none      | yes   | no     | yes   | yes
  reportActivity: of another agent's  | 401    | none     | none   | none      | no    | no     | yes   | yes
  reportActivity: of a person's       | 401    | none     | none   | none      | no    | yes    | yes   | yes
  renameSession: its own              | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  renameSession: another agent's      | 401    | none     | none   | none      | no    | yes    | yes   | yes
  renameSession: a person's           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  updateMergePolicy                   | 401    | none     | none   | none      | no    | yes    | yes   | yes
  terminateSession                    | 401    | none     | none   | none      | no    | yes    | yes   | yes
  restoreSession                      | 401    | none     | none   | none      | no    | yes    | yes   | yes
  openExecutionWorkspace              | 401    | none     | none   | none      | no    | yes    | yes   | yes
  idleExecutionWorkspace              | 401    | none     | none   | none      | no    | yes    | yes   | yes
  requestExecutionWorkspaceReview     | 401    | none     | none   | none      | no    | yes    | yes   | yes
  closeExecutionWorkspace             | 401    | none     | none   | none      | no    | yes    | yes   | yes
  reopenExecutionWorkspace            | 401    | none     | none   | none      | no    | yes    | yes   | yes
  retryExecutionWorkspaceCleanup      | 401    | none     | none   | none      | no    | yes    | yes   | yes
  addExecutionWorkspaceNote           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  addExecutionWorkspaceNote: its own  | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  claimPR                             | 401    | none     | none   | none      | no    | yes    | yes   | yes
  claimPR: for its own session        | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  claimPR: for another agent's        | 401    | none     | none   | none      | no    | yes    | yes   | yes
  claimPR: a takeover                 | 401    | none     | none   | none      | no    | yes    | yes   | yes
  releasePR                           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  releasePR: by its own session       | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  releasePR: by another agent's       | 401    | none     | none   | none      | no    | yes    | yes   | yes
  refreshPR                           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  refreshPR: of its own session       | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  refreshPR: of another agent's       | 401    | none     | none   | none      | no    | yes    | yes   | yes
`);

type Prepare = (cast: Cast, role: Role) => object | Promise<object>;

/** The input for each row, on new objects that a permitted member creates. */
export const ACTS: Record<string, Prepare> = {
  createOrganization: () => ({ slug: newName(), name: 'Acme' }),
  'addMember: a member': addMember('MEMBER'),
  'addMember: an admin': addMember('ADMIN'),
  'addMember: an owner': addMember('OWNER'),
  "acceptInvitation: one's own": async (cast, role) => ({ invitationId: await ownInvitation(cast, role) }),
  "acceptInvitation: another's": async ({ team }) => ({ invitationId: await newInvitation(team, 'MEMBER') }),
  "declineInvitation: one's own": async (cast, role) => ({ invitationId: await ownInvitation(cast, role) }),
  "declineInvitation: another's": async ({ team }) => ({ invitationId: await newInvitation(team, 'MEMBER') }),
  'withdrawInvitation: of a member': async ({ team }) => ({
    invitationId: await newInvitation(team, 'MEMBER'),
  }),
  'withdrawInvitation: of an owner': async ({ team }) => ({
    invitationId: await newInvitation(team, 'OWNER'),
  }),
  'withdrawInvitation: to oneself': async (cast, role) => ({ invitationId: await ownInvitation(cast, role) }),
  'createToken: for oneself': ({ team }) => ({ organizationId: team.id, label: 'mine' }),
  'createToken: for a member': createTokenFor('member'),
  'createToken: for an admin': createTokenFor('admin'),
  'createToken: for an owner': createTokenFor('owner'),
  'createToken: for an outsider': createTokenFor('outsider'),
  "revokeToken: one's own": async (cast, role) => ({ tokenId: await ownToken(cast, role) }),
  "revokeToken: a member's": revokeTokenOf('member'),
  "revokeToken: an admin's": revokeTokenOf('admin'),
  "revokeToken: an owner's": revokeTokenOf('owner'),
  'revokeToken: a login token': ({ loginTokenId }) => ({ tokenId: loginTokenId }),
  "revokeToken: one's own login token": ({ newLoginToken }, role) => newLoginToken(role),
  'createToken: for an agent one hired': async (cast, role) => ({
    organizationId: cast.team.id,
    agentId: await hiredBy(cast, role),
    label: 'for it',
  }),
  "createToken: for another's agent": ({ team, agents }) => ({
    organizationId: team.id,
    agentId: agents.other.id,
    label: 'for it',
  }),
  'revokeToken: of an agent one hired': async (cast, role) => ({
    tokenId: await newAgentToken(cast, await hiredBy(cast, role)),
  }),
  "revokeToken: of another's agent": async (cast) => ({
    tokenId: await newAgentToken(cast, cast.agents.other.id),
  }),
  'changeMemberRole: of a member': async ({ team }) => ({
    memberId: (await team.join('MEMBER')).memberId,
    role: 'ADMIN',
  }),
  'changeMemberRole: to owner': async ({ team }) => ({
    memberId: (await team.join('MEMBER')).memberId,
    role: 'OWNER',
  }),
  'changeMemberRole: of an owner': async ({ team }) => ({
    memberId: (await team.join('OWNER')).memberId,
    role: 'MEMBER',
  }),
  'removeMember: a member': async ({ team }) => ({ memberId: (await team.join('MEMBER')).memberId }),
  'removeMember: an owner': async ({ team }) => ({ memberId: (await team.join('OWNER')).memberId }),
  hireAgent: ({ team }) => ({ organizationId: team.id, name: 'Kim', role: 'reviewer' }),
  'hireAgent: for a workspace': async ({ team }) => ({
    organizationId: team.id,
    name: 'Kim',
    role: 'reviewer',
    workspaceId: (await team.addWorkspace()).id,
  }),
  createWorkspace: async ({ team }) => ({
    organizationId: team.id,
    parentId: (await team.addWorkspace()).id,
    name: newName(),
  }),
  updateWorkspace: async ({ team }) => ({ workspaceId: (await team.addWorkspace()).id, role: 'Plans.' }),
  moveWorkspace: async ({ team }) => ({
    workspaceId: (await team.addWorkspace()).id,
    parentId: (await team.addWorkspace()).id,
  }),
  removeWorkspace: async ({ team }) => {
    const { id, name } = await team.addWorkspace();
    return { workspaceId: id, confirmName: name };
  },
  importOrg: ({ team }) => ({ organizationId: team.id, source: { yaml: 'name: Acme' } }),
  setWorkspaceSchedule: async ({ team }) => ({
    workspaceId: (await team.addWorkspace()).id,
    name: 'Pulse',
    cronExpr: '0 9 1 1 *',
    prompt: 'Look at the board.',
    projectId: team.project.id,
  }),
  removeWorkspaceSchedule: async ({ team }) => ({
    workspaceId: (await team.addWorkspace()).id,
    name: 'Pulse',
  }),
  'reportWorkspaceHeartbeat: its own': ({ seats }) => ({ workspaceId: seats.own, activeTasks: 1 }),
  "reportWorkspaceHeartbeat: another's": ({ seats }) => ({ workspaceId: seats.other, activeTasks: 1 }),
  'offboardAgent: one it hired': async (cast, role) => ({ agentId: await hiredBy(cast, role) }),
  "offboardAgent: another's": async ({ team }) => ({ agentId: (await team.hire()).id }),
  'watchRepo: by an agent it hired': async (cast, role) => ({
    agentId: await hiredBy(cast, role),
    repo: `acme/${newName()}`,
  }),
  "watchRepo: by another's agent": ({ agents }) => ({ agentId: agents.other.id, repo: `acme/${newName()}` }),
  'unwatchRepo: of an agent it hired': async (cast, role) => ({
    agentId: await hiredBy(cast, role),
    repo: 'acme/rocket',
  }),
  "unwatchRepo: of another's agent": ({ agents }) => ({ agentId: agents.other.id, repo: 'acme/rocket' }),
  'putAgentMemory: its own': ({ agents }) => ({ agentId: agents.own.id, key: 'tone', value: 'kind' }),
  "putAgentMemory: another's": ({ agents }) => ({ agentId: agents.other.id, key: 'tone', value: 'kind' }),
  'logAgentAction: its own': ({ agents }) => ({ agentId: agents.own.id, action: 'push', outcome: 'ALLOWED' }),
  "logAgentAction: another's": ({ agents }) => ({
    agentId: agents.other.id,
    action: 'push',
    outcome: 'ALLOWED',
  }),
  'recordReviewedPR: its own': ({ agents }) => ({ agentId: agents.own.id, repo: 'acme/rocket', number: 7 }),
  "recordReviewedPR: another's": ({ agents }) => ({
    agentId: agents.other.id,
    repo: 'acme/rocket',
    number: 8,
  }),
  publishTemplateRelease: async ({ team }) => ({
    ...{ agentId: (await team.employ()).id, slug: newName(), name: 'Triager', visibility: 'PRIVATE' },
  }),
  installTemplate: async ({ team, otherTeam }) => ({
    organizationId: team.id,
    templateSlug: (await released(otherTeam)).slug,
  }),
  resyncInstallation: async (cast) => ({ installationId: (await installed(cast)).id }),
  detachItem: async (cast) => {
    const { id, slug } = await installed(cast);
    return { installationId: id, kind: 'ENTITY_TYPE', slug };
  },
  adoptItem: async (cast) => {
    const { id, slug } = await installed(cast);
    const input = { installationId: id, kind: 'ENTITY_TYPE' as const, slug };
    const { detachItem } = await cast.team.owner.query(DetachItem, { input });
    succeeded(detachItem);
    return input;
  },
  uninstallTemplate: async (cast) => ({
    installationId: (await installed(cast)).id,
    mode: 'KEEP_AS_USER_OWNED',
  }),
  createEntityType: ({ team }) => ({ organizationId: team.id, slug: newName(), name: 'Customer' }),
  updateEntityType: async ({ team }) => ({ id: (await newEntityType(team)).id, name: 'Client' }),
  archiveEntityType: async ({ team }) => ({ id: (await newEntityType(team)).id }),
  createRelationshipType: ({ team }) => ({ organizationId: team.id, slug: newName(), name: 'owns' }),
  updateRelationshipType: async ({ team }) => ({
    id: (await newRelationshipType(team)).id,
    name: 'has',
  }),
  archiveRelationshipType: async ({ team }) => ({ id: (await newRelationshipType(team)).id }),
  createClassifier: ({ team }) => ({
    organizationId: team.id,
    slug: newName(),
    name: 'Severity',
    attributeKey: 'severity',
    attributeValues: ['low', 'high'],
  }),
  updateClassifier: async ({ team }) => ({ id: (await newClassifier(team)).id, name: 'Risk' }),
  archiveClassifier: async ({ team }) => ({ id: (await newClassifier(team)).id }),
  createWatcher: ({ team }) => ({
    organizationId: team.id,
    slug: newName(),
    name: 'Incidents',
    prompt: 'What broke?',
    extractionSchema: { type: 'object' },
  }),
  updateWatcher: async ({ team }) => ({ id: (await newWatcher(team)).id, prompt: 'What failed?' }),
  archiveWatcher: async ({ team }) => ({ id: (await newWatcher(team)).id }),
  recordWatcherWindow: async ({ team }) => {
    const { id, currentVersion } = await newWatcher(team);
    const span = { startsAt: '2026-11-21T00:00:00.000Z', endsAt: '2026-11-22T00:00:00.000Z' };
    return { watcherId: id, versionId: currentVersion.id, ...span, extractedData: {} };
  },
  registerProject: ({ team }) => ({ organizationId: team.id, slug: newName(), name: 'Rocket' }),
  updateProject: ({ team }) => ({ projectId: team.project.id, name: newName() }),
  archiveProject: async ({ team }) => ({ projectId: (await team.register({ slug: newName() })).id }),
  unarchiveProject: async ({ team }) => ({ projectId: (await team.register({ slug: newName() })).id }),
  spawnSession: ({ team }) => ({ projectId: team.project.id }),
  'spawnSession: for an agent': ({ team, agents }) => ({
    projectId: team.project.id,
    agentId: agents.own.id,
  }),
  'spawnSession: with a claim': ({ team }) => ({
    projectId: team.project.id,
    claimPR: { pr: newPullRequest(team) },
  }),
  'reportActivity: of its own session': onSession('own', { state: 'ACTIVE' }),
  "reportActivity: of another agent's": onSession('other', { state: 'ACTIVE' }),
  "reportActivity: of a person's": onSession('nobody', { state: 'ACTIVE' }),
  'renameSession: its own': onSession('own', { displayName: 'Ada' }),
  "renameSession: another agent's": onSession('other', { displayName: 'Ada' }),
  "renameSession: a person's": onSession('nobody', { displayName: 'Ada' }),
  updateMergePolicy: onSession('own', { terminateOnPrMerge: true }),
  terminateSession: onSession('own', {}),
  restoreSession: async (cast) => {
    const sessionId = await newSession(cast, 'own');
    await cast.team.terminate(sessionId);
    return { sessionId };
  },
  claimPR: onSession('nobody', ({ team }) => ({ pr: newPullRequest(team) })),
  'claimPR: for its own session': onSession('own', ({ team }) => ({ pr: newPullRequest(team) })),
  "claimPR: for another agent's": onSession('other', ({ team }) => ({ pr: newPullRequest(team) })),
  'claimPR: a takeover': async ({ team }) => {
    const pr = newPullRequest(team);
    succeeded(await team.claim((await team.spawn()).id, pr));
    return { sessionId: (await team.spawn()).id, pr };
  },
  openExecutionWorkspace: async (cast) => ({
    organizationId: cast.team.id,
    projectId: cast.team.project.id,
    sessionId: await newSession(cast, 'nobody'),
    name: newName(),
    mode: 'ISOLATED_WORKSPACE',
  }),
  idleExecutionWorkspace: async ({ team }) => ({ id: (await team.openExecutionWorkspace()).id }),
  requestExecutionWorkspaceReview: async ({ team }) => ({ id: (await team.openExecutionWorkspace()).id }),
  closeExecutionWorkspace: async ({ team }) => ({ id: (await team.openExecutionWorkspace()).id }),
  reopenExecutionWorkspace: async ({ team }) => ({ id: await closedExecutionWorkspace(team) }),
  retryExecutionWorkspaceCleanup: async ({ team, psql }) => {
    const id = await closedExecutionWorkspace(team);
    await psql(
      "UPDATE execution_workspace SET status = 'CLEANUP_FAILED', cleanup_reason = 'disk full' WHERE id = $1",
      [uuidOf(id)],
    );
    return { id };
  },
  addExecutionWorkspaceNote: async ({ team }) => ({
    id: (await team.openExecutionWorkspace()).id,
    body: 'Looks good.',
  }),
  'addExecutionWorkspaceNote: its own': async (cast) => ({
    id: (await cast.team.openExecutionWorkspace({ sessionId: await newSession(cast, 'own') })).id,
    body: 'Looks good.',
  }),
  releasePR: claimedBy('nobody'),
  'releasePR: by its own session': claimedBy('own'),
  "releasePR: by another agent's": claimedBy('other'),
  refreshPR: refreshOf('nobody'),
  'refreshPR: of its own session': refreshOf('own'),
  "refreshPR: of another agent's": refreshOf('other'),
};

type Runner = 'own' | 'other' | 'nobody';

async function closedExecutionWorkspace(team: Team): Promise<string> {
  const { id } = await team.openExecutionWorkspace();
  const { closeExecutionWorkspace } = await team.owner.query(CloseExecutionWorkspace, { input: { id } });
  succeeded(closeExecutionWorkspace);
  return id;
}

async function newSession({ team, agents }: Cast, runner: Runner): Promise<string> {
  return (await team.spawn({ agentId: runner === 'nobody' ? null : agents[runner].id })).id;
}

/** Acts on a new session: of the agent `own`, of the agent `other`, or of no agent. */
function onSession(runner: Runner, fields: object | ((cast: Cast) => object)): Prepare {
  return async (cast) => ({
    sessionId: await newSession(cast, runner),
    ...(typeof fields === 'function' ? fields(cast) : fields),
  });
}

/** A new session and the pull request that it holds. */
function claimedBy(runner: Runner) {
  return async (cast: Cast) => {
    const sessionId = await newSession(cast, runner);
    const claimed = await cast.team.claim(sessionId, newPullRequest(cast.team));
    return { sessionId, pullRequestId: succeeded(claimed).pullRequest.id };
  };
}

function refreshOf(runner: Runner): Prepare {
  return async (cast) => ({ pullRequestId: (await claimedBy(runner)(cast)).pullRequestId });
}

function addMember(role: MembershipRole): Prepare {
  return ({ team }) => ({
    organizationId: team.id,
    email: `${newName()}@example.com`,
    name: 'Newcomer',
    role,
  });
}

async function newInvitation({ id, owner }: Team, role: MembershipRole, email?: string): Promise<string> {
  const input = { organizationId: id, email: email ?? `${newName()}@example.com`, name: 'Newcomer', role };
  return succeeded((await owner.query(AddMember, { input })).addMember).invitation.id;
}

/** An invitation of the viewer to an organization that is new to it. An agent and a client without a token have none. */
async function ownInvitation({ createTeam, emails }: Cast, role: Role): Promise<string> {
  return await newInvitation(await createTeam(), 'MEMBER', emails[role]);
}

function createTokenFor(role: keyof Cast['colleagues']): Prepare {
  return ({ team, colleagues }) => ({ organizationId: team.id, userId: colleagues[role], label: 'theirs' });
}

function revokeTokenOf(role: keyof Cast['colleagues']): Prepare {
  return async ({ team, colleagues }) => ({
    tokenId: (await newToken(team, uuidOf(colleagues[role]))).id,
  });
}

/** A new agent that the viewer hired. The owner hires it where the viewer cannot hire. */
async function hiredBy({ team, clients }: Cast, role: Role): Promise<string> {
  const isMember = role === 'member' || role === 'admin';
  return (await team.hire({}, isMember ? clients[role] : team.owner)).id;
}

async function newAgentToken({ team }: Cast, agentId: string): Promise<string> {
  const { createToken } = await team.owner.query(CreateToken, {
    input: { organizationId: team.id, agentId, label: 'another' },
  });
  return succeeded(createToken).token.id;
}

/** A token of the viewer in the organization of the team. It is the owner's where the viewer can have none. */
async function ownToken(cast: Cast, role: Role): Promise<string> {
  const { team, clients, formerTokenId } = cast;
  if (role === 'agent') return await newAgentToken(cast, cast.agents.own.id);
  if (role === 'former') return formerTokenId;
  const owner = role === 'member' || role === 'admin' ? clients[role] : team.owner;
  const { createToken } = await owner.query(CreateToken, {
    input: { organizationId: team.id, label: 'own' },
  });
  return succeeded(createToken).token.id;
}

let pullRequests = 0;

/** Adds a pull request to GitHub and returns its number. */
function newPullRequest(team: Team): string {
  pullRequests += 1;
  team.onGitHub(pullRequests);
  return String(pullRequests);
}

function newName(): string {
  return `new-${randomBytes(5).toString('hex')}`;
}

/** A public template with one entity type, whose slug is the template's. */
async function released(team: Team): Promise<Source> {
  const source = await newSource(team);
  await newEntityType(team, { slug: source.slug, agentId: source.agentId });
  succeeded(await source.publish());
  return source;
}

/** A template of the other team, installed. */
async function installed({ team, otherTeam }: Cast): Promise<{ id: string; slug: string }> {
  const { slug } = await released(otherTeam);
  const { installation } = succeeded(
    await install(team.owner, { organizationId: team.id, templateSlug: slug }),
  );
  return { id: installation.id, slug };
}
