import { AgentNotRunningError, SpawnRolledBackError } from '../../errors.ts';
import { builder } from '../../schema/index.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { SessionKind } from '../../schema/session/enum.ts';
import { Session } from '../../schema/session/session.ts';
import { spawnSession, spawnSessionInput } from '../../services/session/spawnSession.ts';
import { mutation } from '../kit/mutation.ts';
import { takenOverFrom } from './takenOverFrom.ts';

const MergePolicyInput = builder.inputType('MergePolicyInput', {
  description: 'What a merge does to a session.',
  fields: (t) => ({
    terminateOnPrMerge: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether the session ends by itself once none of its pull requests is open and one was merged.',
    }),
  }),
});

const SpawnClaimInput = builder.inputType('SpawnClaimInput', {
  description: 'The pull request that a session begins with.',
  fields: (t) => ({
    pr: t.string({
      required: true,
      description:
        'The pull request: `142` or `#142` in the repository of the project, or `https://<host>/<owner>/<repo>/pull/142`.',
    }),
    allowTakeover: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether to take it from another session that is not terminated.',
    }),
  }),
});

mutation('spawnSession', {
  description: `Starts a session on a project: a person's, or an agent's.

With \`claimPR\` it is one act: the session begins with the pull request, or there is no session. It is heard as one SESSION_CREATED, and after it in the same transaction what \`claimPR\` says of a claim. Whatever \`claimPR\` would refuse is here SPAWN_ROLLED_BACK with that refusal as its \`cause\`; no trace of the session stays but the id in the error.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND (the project or the agent), FORBIDDEN, IDEMPOTENCY_CONFLICT, INVALID_INPUT (the project is archived), AGENT_NOT_RUNNING, SPAWN_ROLLED_BACK with the first cause in the order of \`claimPR\`.`,
  input: (t) => ({
    projectId: t.idOf('Project', { required: true, description: 'What it is to work on.' }),
    agentId: t.idOf('Agent', {
      description:
        'The agent that runs it, of the same organization and RUNNING. Without one it is a person’s.',
    }),
    kind: t.field({
      type: SessionKind,
      required: true,
      defaultValue: 'WORKER',
      description: 'What it is for.',
    }),
    prompt: t.string({ description: 'What it is told to do, up to 4,096 characters. Never shown again.' }),
    displayName: t.string({ description: 'What people are to call it, 1 to 20 characters.' }),
    branch: t.string({ description: 'The branch it is to work on, up to 255 characters.' }),
    workspacePath: t.string({
      description:
        'Where its workspace is. Left out, the server allots a path; null, it has none and claims nothing.',
    }),
    mergePolicy: t.field({
      type: MergePolicyInput,
      description: 'What a merge of its pull requests does to it. Without one, nothing.',
    }),
    claimPR: t.field({
      type: SpawnClaimInput,
      description: 'The pull request it is to begin with: it is there with it, or not at all.',
    }),
  }),
  schema: spawnSessionInput,
  errors: [AgentNotRunningError, SpawnRolledBackError],
  act: spawnSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The new session.' }),
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      nullable: true,
      description:
        'The pull request it began with, with the facts of this moment; null when none was asked for.',
    }),
    takenOverFrom: t.exposeNodes('takenOverFrom', takenOverFrom),
  }),
});
