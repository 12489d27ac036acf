import { AgentNotRunningError, SpawnRolledBackError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { SessionKind } from '../../schema/kit/enum.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { type Spawned, spawnSession, spawnSessionInput } from '../../services/session/spawnSession.ts';
import { acting } from '../kit/act.ts';
import { sessionField, takenOverFromField } from './sessionField.ts';

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

const SpawnSessionInput = mutationInput('SpawnSessionInput', 'What `spawnSession` takes.', (t) => ({
  projectId: t.id({ required: true, description: 'What it is to work on.' }),
  agentId: t.id({
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
}));

const SpawnSessionPayload = payload<Spawned>('SpawnSessionPayload', 'What `spawnSession` answers.', (t) => ({
  session: sessionField(t, 'The new session.'),
  pullRequest: t.prismaField({
    type: PullRequest,
    nullable: true,
    description:
      'The pull request it began with, with the facts of this moment; null when none was asked for.',
    resolve: (query, { pullRequestId }, _args, { db }) =>
      pullRequestId === null
        ? null
        : db.prisma.pullRequest.findUniqueOrThrow({ ...query, where: { id: pullRequestId } }),
  }),
  takenOverFrom: takenOverFromField(t),
}));

builder.mutationField('spawnSession', (t) =>
  t.field({
    type: SpawnSessionPayload,
    description: `Starts a session on a project: a person's, or an agent's.

With \`claimPR\` it is one act: the session begins with the pull request, or there is no session. It is heard as one SESSION_CREATED, and after it in the same transaction what \`claimPR\` says of a claim. Whatever \`claimPR\` would refuse is here SPAWN_ROLLED_BACK with that refusal as its \`cause\`; no trace of the session stays but the id in the error.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND (the project or the agent), FORBIDDEN, IDEMPOTENCY_CONFLICT, INVALID_INPUT (the project is archived), AGENT_NOT_RUNNING, SPAWN_ROLLED_BACK with the first cause in the order of \`claimPR\`.`,
    args: { input: t.arg({ type: SpawnSessionInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, AgentNotRunningError, SpawnRolledBackError],
      union: { description: 'What `spawnSession` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'spawnSession',
        input,
        (act) =>
          spawnSession(act, {
            ...input,
            projectId: id('Project', input.projectId),
            agentId: input.agentId == null ? null : id('Agent', input.agentId),
          }),
        spawnSessionInput,
      ),
  }),
);
