import {
  AgentNotRunningError,
  ExecutionWorkspaceClosedError,
  OrchestratorRunningError,
  SpawnRolledBackError,
} from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { SessionKind } from '../../schema/session/enum.ts';
import { Session } from '../../schema/session/session.ts';
import { spawnSession, spawnSessionInput } from '../../services/session/spawnSession.ts';
import { mutation } from '../kit/mutation.ts';
import { CLAIMED_REF } from '../pullRequest/claimedRef.ts';
import { takenOverFrom } from '../pullRequest/takenOverFrom.ts';

const MergePolicyInput = builder.inputType('MergePolicyInput', {
  description: 'The effect of a merge on the new session.',
  fields: (t) => ({
    terminateOnPrMerge: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether the session is terminated once none of its pull requests is open and at least one was merged.',
    }),
  }),
});

const SpawnClaimInput = builder.inputType('SpawnClaimInput', {
  description: 'The pull request that the new session claims.',
  fields: (t) => ({
    pr: t.string({
      required: true,
      description: CLAIMED_REF,
    }),
    allowTakeover: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether the claim may take the pull request from another session that is not terminated.',
    }),
  }),
});

mutation('spawnSession', {
  description: `Starts a session on a project, for an agent or for a person.

With \`claimPR\`, the session and the claim are written in one transaction: both or neither. The feed delivers one SESSION_CREATED and then the changes that \`claimPR\` describes. When the claim is refused, the error is SPAWN_ROLLED_BACK with the refusal as its \`cause\`, and no session exists.

A project has at most one orchestrator that is not terminated. A spawn of a second one is ORCHESTRATOR_RUNNING, or with \`reuse\` returns the one that there is.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the project or the agent.
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. INVALID_INPUT: the project is archived.
6. AGENT_NOT_RUNNING
7. EXECUTION_WORKSPACE_CLOSED
8. SPAWN_ROLLED_BACK: the causes are checked in the order of \`claimPR\`.
9. ORCHESTRATOR_RUNNING

Allowed for OWNER, ADMIN and MEMBER.`,
  input: (t) => ({
    projectId: t.idOf('Project', { required: true, description: 'The project that the session works on.' }),
    agentId: t.idOf('Agent', {
      description:
        "The agent that runs the session. It must be RUNNING and belong to the project's organization. Without an agent, the session is run by a person.",
    }),
    kind: t.field({
      type: SessionKind,
      required: true,
      defaultValue: 'WORKER',
      description: 'Whether the session works itself or directs other sessions.',
    }),
    reuse: t.boolean({
      description:
        'Whether the live orchestrator of the project is returned, if there is one, instead of ORCHESTRATOR_RUNNING. That session stays as it is: the other inputs are then not used. False when it is left out. True for a worker is INVALID_INPUT.',
    }),
    prompt: t.string({
      description:
        'The task of the session, up to 4,096 characters. `Session.prompt` returns it to everyone who may read the session.',
    }),
    displayName: t.string({ description: 'The display name of the session, 1 to 20 characters.' }),
    branch: t.string({ description: 'The branch that the session works on, up to 255 characters.' }),
    executionWorkspaceId: t.idOf('ExecutionWorkspace', {
      description:
        'The execution workspace that the session works in: open, and of the same project. It becomes ACTIVE. Together with a `workspacePath` it is INVALID_INPUT.',
    }),
    workspacePath: t.string({
      description:
        'The path that the session works in. When `workspacePath` and `executionWorkspaceId` are both left out, the server assigns a path. When `workspacePath` is null and there is no `executionWorkspaceId`, the session has no workspace and cannot claim pull requests.',
    }),
    mergePolicy: t.field({
      type: MergePolicyInput,
      description:
        'The effect of a merge on the session. Without a policy, a merge does not terminate the session.',
    }),
    claimPR: t.field({
      type: SpawnClaimInput,
      description:
        'A pull request that the session claims. When the claim fails, the session is not created.',
    }),
  }),
  schema: spawnSessionInput,
  errors: [
    AgentNotRunningError,
    ExecutionWorkspaceClosedError,
    SpawnRolledBackError,
    OrchestratorRunningError,
  ],
  act: spawnSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', {
      type: Session,
      description: 'The new session, or the orchestrator that `reuse` found.',
    }),
    reused: t.exposeBoolean('reused', {
      description: 'Whether `reuse` found a live orchestrator, so that nothing was written.',
    }),
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      nullable: true,
      description: 'The claimed pull request, with the facts fetched for this claim; null without `claimPR`.',
    }),
    takenOverFrom: t.exposeNodes('takenOverFrom', takenOverFrom),
  }),
});
