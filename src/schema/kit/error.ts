/** The errors a caller can foresee, as members of the mutations' result unions. */
import { brandWithType } from '@pothos/core';
import * as errors from '../../errors.ts';
import { Agent } from '../agent/agent.ts';
import { Membership } from '../organization/membership.ts';
import { Session } from '../session/session.ts';
import { builder } from './builder.ts';
import { AgentStatus, PullRequestState } from './enum.ts';

const UserError = builder.interfaceRef<Pick<errors.UserError, 'code' | 'message'>>('UserError').implement({
  description: 'Why a mutation changed nothing: a reason its caller could foresee.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'The reason, for programs: `PR_NOT_OPEN`. Fixed for each type.',
    }),
    message: t.exposeString('message', { description: 'The reason, for people. May be reworded.' }),
  }),
});

const InputIssue = builder.objectRef<errors.InputIssue>('InputIssue').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The field, dotted from the input: `label`.' }),
    message: t.exposeString('message', { description: 'What is wrong with it.' }),
  }),
});

builder.objectType(errors.InvalidInputError, {
  name: 'InvalidInputError',
  description: 'INVALID_INPUT: the input breaks a rule of its shape. Nothing was written.',
  interfaces: [UserError],
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssue], description: 'Everything that is wrong, at once.' }),
  }),
});

builder.objectType(errors.NotFoundError, {
  name: 'NotFoundError',
  description:
    'NOT_FOUND: an id names nothing that the viewer may see. The same whether it does not exist, belongs to another organization, or is no id at all.',
  interfaces: [UserError],
});

builder.objectType(errors.ForbiddenError, {
  name: 'ForbiddenError',
  description: 'FORBIDDEN: the viewer sees it, but its role does not allow this.',
  interfaces: [UserError],
});

builder.objectType(errors.IdempotencyConflictError, {
  name: 'IdempotencyConflictError',
  description: 'IDEMPOTENCY_CONFLICT: the key was used within the last 24 hours with another input.',
  interfaces: [UserError],
});

builder.objectType(errors.SlugTakenError, {
  name: 'SlugTakenError',
  description: 'SLUG_TAKEN: another one has this slug.',
  interfaces: [UserError],
  fields: (t) => ({ slug: t.exposeString('slug', { description: 'The slug.' }) }),
});

builder.objectType(errors.AlreadyMemberError, {
  name: 'AlreadyMemberError',
  description: 'ALREADY_MEMBER: the person is a member already.',
  interfaces: [UserError],
  fields: (t) => ({
    member: t.prismaField({
      type: Membership,
      description: 'The membership there is.',
      resolve: (query, { membershipId }, _args, { db }) =>
        db.prisma.membership.findUniqueOrThrow({ ...query, where: { id: membershipId } }),
    }),
  }),
});

builder.objectType(errors.LastOwnerError, {
  name: 'LastOwnerError',
  description: 'LAST_OWNER: the organization would be left without an OWNER.',
  interfaces: [UserError],
});

builder.objectType(errors.AgentNotRunningError, {
  name: 'AgentNotRunningError',
  description: 'AGENT_NOT_RUNNING: the agent is not in a status in which it may do this.',
  interfaces: [UserError],
  fields: (t) => ({ status: t.expose('status', { type: AgentStatus, description: 'Its status.' }) }),
});

builder.objectType(errors.RepoAlreadyWatchedError, {
  name: 'RepoAlreadyWatchedError',
  description:
    'REPO_ALREADY_WATCHED: an agent that the same person hired watches the repository; perhaps this very one.',
  interfaces: [UserError],
  fields: (t) => ({
    agent: t.prismaField({
      type: Agent,
      description: 'Who watches it.',
      resolve: (query, { agentId }, _args, { db }) =>
        db.prisma.agent.findUniqueOrThrow({ ...query, where: { id: agentId } }),
    }),
  }),
});

builder.objectType(errors.InvalidPrRefError, {
  name: 'InvalidPrRefError',
  description:
    'INVALID_PR_REF: the text names no pull request. It is a number (`142`, `#142`) or a URL (`https://<host>/<owner>/<repo>/pull/142`).',
  interfaces: [UserError],
});

builder.objectType(errors.SessionTerminatedError, {
  name: 'SessionTerminatedError',
  description: 'SESSION_TERMINATED: the session has ended.',
  interfaces: [UserError],
});

builder.objectType(errors.SessionNotRestorableError, {
  name: 'SessionNotRestorableError',
  description: 'SESSION_NOT_RESTORABLE: the session has not ended, or its project is archived.',
  interfaces: [UserError],
});

builder.objectType(errors.SessionNotClaimableError, {
  name: 'SessionNotClaimableError',
  description:
    'SESSION_NOT_CLAIMABLE: an orchestrator, or a session of a scratch project, claims no pull requests.',
  interfaces: [UserError],
});

builder.objectType(errors.SessionNoWorkspaceError, {
  name: 'SessionNoWorkspaceError',
  description: 'SESSION_NO_WORKSPACE: the session has no workspace to work in.',
  interfaces: [UserError],
});

builder.objectType(errors.ProjectNotResolvableError, {
  name: 'ProjectNotResolvableError',
  description:
    'PROJECT_NOT_RESOLVABLE: the project is archived, or a bare number was given and the project has no usable repository URL.',
  interfaces: [UserError],
});

builder.objectType(errors.PrProjectMismatchError, {
  name: 'PrProjectMismatchError',
  description:
    "PR_PROJECT_MISMATCH: the URL names another repository than the project's. Letter case does not matter.",
  interfaces: [UserError],
});

builder.objectType(errors.ScmUnavailableError, {
  name: 'ScmUnavailableError',
  description: 'SCM_UNAVAILABLE: the source-code host could not be asked. Nothing was written; try again.',
  interfaces: [UserError],
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description: 'How many seconds the host asks to wait; null when it does not say.',
    }),
  }),
});

builder.objectType(errors.PrNotFoundError, {
  name: 'PrNotFoundError',
  description: 'PR_NOT_FOUND: the source-code host knows no such pull request, or does not show it to us.',
  interfaces: [UserError],
});

builder.objectType(errors.PrNotOpenError, {
  name: 'PrNotOpenError',
  description: 'PR_NOT_OPEN: merged and closed pull requests cannot be claimed. Drafts can.',
  interfaces: [UserError],
  fields: (t) => ({
    state: t.expose('state', { type: PullRequestState, description: 'MERGED or CLOSED.' }),
  }),
});

builder.objectType(errors.PrClaimedByActiveSessionError, {
  name: 'PrClaimedByActiveSessionError',
  description:
    'PR_CLAIMED_BY_ACTIVE_SESSION: another session that is not terminated holds it, and `allowTakeover` was false.',
  interfaces: [UserError],
  fields: (t) => ({
    ownerSession: t.prismaField({
      type: Session,
      description: 'The session that holds it.',
      resolve: (query, { ownerSessionId }, _args, { db }) =>
        db.prisma.session.findUniqueOrThrow({ ...query, where: { id: ownerSessionId } }),
    }),
  }),
});

builder.objectType(errors.SpawnRolledBackError, {
  name: 'SpawnRolledBackError',
  description:
    'SPAWN_ROLLED_BACK: the pull request that the session was to begin with could not be claimed, so there is no session. The message names the pull request, the session and the cause.',
  interfaces: [UserError],
  fields: (t) => ({
    cause: t.field({
      type: UserError,
      description: 'What the claim was refused with: one of the errors of `claimPR`, with its fields.',
      resolve: ({ cause }) => asValue(cause),
    }),
    pr: t.exposeString('pr', { description: 'The pull request, as it was referred to.' }),
    sessionId: t.exposeID('sessionId', {
      description: 'The global id that the session would have had. It names nothing.',
    }),
  }),
});

/** An error as the value of a field, where one that is an `Error` would be thrown. */
function asValue(error: errors.UserError): Pick<errors.UserError, 'code' | 'message'> {
  const value = { ...error, message: error.message };
  brandWithType(value, error.constructor.name as never);
  return value;
}

/** Every mutation's union has these. */
export const COMMON_ERRORS = [
  errors.InvalidInputError,
  errors.NotFoundError,
  errors.ForbiddenError,
  errors.IdempotencyConflictError,
];
