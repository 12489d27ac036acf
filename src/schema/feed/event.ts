/** The events of the typed subscriptions: a change, with the things it is about beside it. */
import type { FieldRef } from '@pothos/core';
import type {
  Agent as AgentRow,
  PullRequestCheck as CheckRow,
  PullRequest as PullRequestRow,
  Session as SessionRow,
  PullRequestReviewThread as ThreadRow,
} from '../../../prisma/client/client.ts';
import type { Context } from '../../context.ts';
import type { Change as ChangeShape } from '../../feed/log/change.ts';
import { parseGlobalId } from '../../globalId.ts';
import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { RepoRef } from '../project/repoRef.ts';
import { PullRequest } from '../pullRequest/pullRequest.ts';
import { PullRequestCheck, PullRequestReviewThread } from '../pullRequest/pullRequestReview.ts';
import { Session } from '../session/session.ts';
import { ChangeType, type ChangeTypeName, FeedEvent } from './change.ts';
import type { EntityModel } from './entityReads.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
type EventFields = PothosSchemaTypes.ObjectFieldBuilder<Types, ChangeShape>;

function event(
  name: string,
  description: string,
  fields: (t: EventFields) => Record<string, FieldRef<Types, unknown>>,
) {
  return builder
    .objectRef<ChangeShape>(name)
    .implement({ description, interfaces: [FeedEvent], isTypeOf: () => true, fields });
}

const typeField = (t: EventFields) =>
  t.field({ type: ChangeType, description: 'What happened.', resolve: ({ type }) => type as ChangeTypeName });

const pullRequestField = (t: EventFields) =>
  t.prismaField({
    type: PullRequest,
    nullable: true,
    description: 'The pull request, read at delivery: at least as new as the event.',
    resolve: (query, change, _args, context) =>
      entity<PullRequestRow>(context, 'pullRequest', query, change, pullRequestIdOf),
  });

const sessionField = (
  t: EventFields,
  description: string,
  idOf: (change: ChangeShape) => string | undefined,
  idsOf?: (change: ChangeShape) => (string | undefined)[],
) =>
  t.prismaField({
    type: Session,
    nullable: true,
    description,
    resolve: (query, change, _args, context) =>
      entity<SessionRow>(context, 'session', query, change, idOf, idsOf),
  });

export const PrSessionChanged = event(
  'PrSessionChanged',
  'A pull request passed from one session to another.',
  (t) => ({
    pullRequest: pullRequestField(t),
    fromSession: sessionField(
      t,
      'Who held it before, read at delivery; null when it is gone.',
      ({ payload }) => uuidOf(payload.from),
      bothSides,
    ),
    toSession: sessionField(
      t,
      'Who holds it now, read at delivery; null when it is gone.',
      ({ payload }) => uuidOf(payload.to),
      bothSides,
    ),
  }),
);

export const PrChanged = event(
  'PrChanged',
  'A pull request was claimed for the first time, or its facts changed.',
  (t) => ({
    type: typeField(t),
    pullRequest: pullRequestField(t),
  }),
);

export const PrCheckRecorded = event(
  'PrCheckRecorded',
  'A check of a pull request was recorded, or changed.',
  (t) => ({
    check: t.prismaField({
      type: PullRequestCheck,
      nullable: true,
      description: 'The check, read at delivery: at least as new as the event.',
      resolve: (query, change, _args, context) =>
        entity<CheckRow>(context, 'pullRequestCheck', query, change, entityIdOf),
    }),
    pullRequest: pullRequestField(t),
  }),
);

export const PrReviewThreadChanged = event(
  'PrReviewThreadChanged',
  'A review thread of a pull request was recorded, resolved or opened again.',
  (t) => ({
    type: typeField(t),
    thread: t.prismaField({
      type: PullRequestReviewThread,
      nullable: true,
      description: 'The thread, read at delivery: at least as new as the event.',
      resolve: (query, change, _args, context) =>
        entity<ThreadRow>(context, 'pullRequestReviewThread', query, change, entityIdOf),
    }),
    pullRequest: pullRequestField(t),
  }),
);

export const SessionChanged = event('SessionChanged', 'A session was spawned, changed or deleted.', (t) => ({
  type: typeField(t),
  session: sessionField(
    t,
    'The session, read at delivery: at least as new as the event; null when it is gone.',
    entityIdOf,
  ),
}));

const agentField = (t: EventFields, idOf: (change: ChangeShape) => string | undefined) =>
  t.prismaField({
    type: Agent,
    nullable: true,
    description: 'The agent, read at delivery: at least as new as the event.',
    resolve: (query, change, _args, context) => entity<AgentRow>(context, 'agent', query, change, idOf),
  });

export const AgentChanged = event('AgentChanged', 'An agent was hired, changed or was offboarded.', (t) => ({
  type: typeField(t),
  agent: agentField(t, entityIdOf),
}));

export const WatchedRepoChanged = event(
  'WatchedRepoChanged',
  'An agent began to watch a repository, or watches it no more.',
  (t) => ({
    type: typeField(t),
    repo: t.field({
      type: RepoRef,
      description: 'The repository, as it was written when it was first watched.',
      resolve: ({ payload }) => rowOf(payload).repo as { owner: string; name: string },
    }),
    agent: agentField(t, ({ payload }) => uuidOf(rowOf(payload).agent)),
  }),
);

async function entity<Row extends { id: string }>(
  { entityReads, upcoming = () => [] }: Context,
  model: EntityModel,
  query: object,
  change: ChangeShape,
  idOf: (change: ChangeShape) => string | undefined,
  /** The ids of all such objects that a change is about, so that its fields share one read. */
  idsOf = (each: ChangeShape) => [idOf(each)],
): Promise<Row | null> {
  return (await entityReads.find(model, query, idOf(change), { change, upcoming, idsOf })) as Row | null;
}

const bothSides = ({ payload }: ChangeShape) => [uuidOf(payload.from), uuidOf(payload.to)];

const entityIdOf = ({ entityId }: ChangeShape): string => entityId;

function pullRequestIdOf({ entityType, entityId, payload }: ChangeShape): string | undefined {
  if (entityType === 'PullRequest') return entityId;
  return uuidOf(rowOf(payload).pullRequest);
}

function rowOf({ row }: ChangeShape['payload']): Record<string, unknown> {
  return row as Record<string, unknown>;
}

function uuidOf(globalId: unknown): string | undefined {
  return typeof globalId === 'string' ? parseGlobalId(globalId)?.uuid : undefined;
}
