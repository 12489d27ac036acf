/** What agents leave behind: memory, a log of what they tried, reviews. */
import { AgentNotRunningError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { Agent, AgentAction, AgentMemory, ReviewedPullRequest } from '../../schema/agent/agent.ts';
import { builder } from '../../schema/index.ts';
import { AgentActionOutcome } from '../../schema/kit/enum.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { type LoggedAction, logAgentAction, logAgentActionInput } from '../../services/agent/agentAction.ts';
import { type Memorized, putAgentMemory, putAgentMemoryInput } from '../../services/agent/agentMemory.ts';
import {
  type RecordedReview,
  recordReviewedPR,
  recordReviewedPRInput,
} from '../../services/agent/reviewedPullRequest.ts';
import { acting } from '../kit/act.ts';
import { agentField } from './agentField.ts';

const PutAgentMemoryInput = mutationInput('PutAgentMemoryInput', 'What `putAgentMemory` takes.', (t) => ({
  agentId: t.id({ required: true, description: 'Who is to remember.' }),
  key: t.string({ required: true, description: 'Under which name, 1 to 255 characters.' }),
  value: t.string({ required: true, description: 'What, up to 65,536 characters; kept as it is.' }),
}));

const PutAgentMemoryPayload = payload<Memorized>(
  'PutAgentMemoryPayload',
  'What `putAgentMemory` answers.',
  (t) => ({
    agent: agentField(t, 'Who remembers.'),
    memory: t.prismaField({
      type: AgentMemory,
      description: 'What is remembered under the key now.',
      resolve: (query, { agentMemoryId }, _args, { db }) =>
        db.prisma.agentMemory.findUniqueOrThrow({ ...query, where: { id: agentMemoryId } }),
    }),
  }),
);

builder.mutationField('putAgentMemory', (t) =>
  t.field({
    type: PutAgentMemoryPayload,
    description:
      'Has an agent remember a value under a key, in the place of what it remembered there. For the agent itself, OWNER and ADMIN.',
    args: { input: t.arg({ type: PutAgentMemoryInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, AgentNotRunningError],
      union: { description: 'What `putAgentMemory` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'putAgentMemory',
        input,
        (act) => putAgentMemory(act, { ...input, agentId: id('Agent', input.agentId) }),
        putAgentMemoryInput,
      ),
  }),
);

const LogAgentActionInput = mutationInput('LogAgentActionInput', 'What `logAgentAction` takes.', (t) => ({
  agentId: t.id({ required: true, description: 'Who tried.' }),
  action: t.string({ required: true, description: 'What it tried, 1 to 255 characters.' }),
  outcome: t.field({ type: AgentActionOutcome, required: true, description: 'Whether it could.' }),
  metadata: t.field({
    type: 'JSON',
    description: 'What else there is to say: a JSON object of at most 64 KB.',
  }),
}));

const LogAgentActionPayload = payload<LoggedAction>(
  'LogAgentActionPayload',
  'What `logAgentAction` answers.',
  (t) => ({
    agent: agentField(t, 'Who tried.'),
    action: t.prismaField({
      type: AgentAction,
      description: 'The new entry of its log.',
      resolve: (query, { agentActionId }, _args, { db }) =>
        db.prisma.agentAction.findUniqueOrThrow({ ...query, where: { id: agentActionId } }),
    }),
  }),
);

builder.mutationField('logAgentAction', (t) =>
  t.field({
    type: LogAgentActionPayload,
    description:
      'Adds an entry to the log of what an agent tried, of whatever it did elsewhere. What it is refused here is in there by itself. For the agent itself, OWNER and ADMIN.',
    args: { input: t.arg({ type: LogAgentActionInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `logAgentAction` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'logAgentAction',
        input,
        (act) => logAgentAction(act, { ...input, agentId: id('Agent', input.agentId) }),
        logAgentActionInput,
      ),
  }),
);

const RecordReviewedPRInput = mutationInput(
  'RecordReviewedPRInput',
  'What `recordReviewedPR` takes.',
  (t) => ({
    agentId: t.id({ required: true, description: 'Who reviewed.' }),
    repo: t.string({
      required: true,
      description: 'The repository, as `owner/name` on GitHub. Letter case does not matter.',
    }),
    number: t.int({ required: true, description: 'The number of the pull request there.' }),
  }),
);

const RecordReviewedPRPayload = payload<RecordedReview>(
  'RecordReviewedPRPayload',
  'What `recordReviewedPR` answers.',
  (t) => ({
    agent: agentField(t, 'The agent that asked.'),
    reviewedPullRequest: t.prismaField({
      type: ReviewedPullRequest,
      description: 'The record: the new one, or the one there was.',
      resolve: (query, { reviewedPullRequestId }, _args, { db }) =>
        db.prisma.reviewedPullRequest.findUniqueOrThrow({ ...query, where: { id: reviewedPullRequestId } }),
    }),
    alreadyReviewedBy: t.prismaField({
      type: Agent,
      nullable: true,
      description:
        'Who had reviewed it before, of all agents that the same person hired, offboarded ones and itself among them; null when nobody had.',
      resolve: (query, { alreadyReviewedById }, _args, { db }) =>
        alreadyReviewedById === null
          ? null
          : db.prisma.agent.findUniqueOrThrow({ ...query, where: { id: alreadyReviewedById } }),
    }),
  }),
);

builder.mutationField('recordReviewedPR', (t) =>
  t.field({
    type: RecordReviewedPRPayload,
    description:
      'Records that an agent reviewed a pull request, once for all agents of the person who hired it. For the agent itself, OWNER and ADMIN.',
    args: { input: t.arg({ type: RecordReviewedPRInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, AgentNotRunningError],
      union: { description: 'What `recordReviewedPR` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'recordReviewedPR',
        input,
        (act) => recordReviewedPR(act, { ...input, agentId: id('Agent', input.agentId) }),
        recordReviewedPRInput,
      ),
  }),
);
