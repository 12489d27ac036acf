/** The events of the typed subscriptions: a change, with the things it is about beside it. */
import type { FieldRef } from '@pothos/core';
import type { Change as ChangeShape } from '../feed/change.ts';
import { parseGlobalId } from '../globalId.ts';
import { builder } from './builder.ts';
import { ChangeType, type ChangeTypeName, FeedEvent } from './change.ts';
import { PullRequest } from './pullRequest.ts';
import { PullRequestCheck, PullRequestReviewThread } from './pullRequestReview.ts';
import { Session } from './session.ts';

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
    resolve: (query, change, _args, { db }) =>
      db.prisma.pullRequest.findFirst({ ...query, where: within(change, pullRequestIdOf(change)) }),
  });

const sessionField = (
  t: EventFields,
  description: string,
  idOf: (change: ChangeShape) => string | undefined,
) =>
  t.prismaField({
    type: Session,
    nullable: true,
    description,
    resolve: (query, change, _args, { db }) =>
      db.prisma.session.findFirst({ ...query, where: within(change, idOf(change)) }),
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
    ),
    toSession: sessionField(t, 'Who holds it now, read at delivery; null when it is gone.', ({ payload }) =>
      uuidOf(payload.to),
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
      resolve: (query, change, _args, { db }) =>
        db.prisma.pullRequestCheck.findFirst({ ...query, where: within(change, change.entityId) }),
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
      resolve: (query, change, _args, { db }) =>
        db.prisma.pullRequestReviewThread.findFirst({ ...query, where: within(change, change.entityId) }),
    }),
    pullRequest: pullRequestField(t),
  }),
);

export const SessionChanged = event('SessionChanged', 'A session was spawned, changed or deleted.', (t) => ({
  type: typeField(t),
  session: sessionField(
    t,
    'The session, read at delivery: at least as new as the event; null when it is gone.',
    ({ entityId }) => entityId,
  ),
}));

/** Only of the change's own organization, whatever its payload says. */
function within({ organizationId }: ChangeShape, id: string | undefined) {
  return { organizationId, id: id ?? '00000000-0000-0000-0000-000000000000' };
}

function pullRequestIdOf({ entityType, entityId, payload }: ChangeShape): string | undefined {
  if (entityType === 'PullRequest') return entityId;
  return uuidOf((payload.row as { pullRequest?: unknown }).pullRequest);
}

function uuidOf(globalId: unknown): string | undefined {
  return typeof globalId === 'string' ? parseGlobalId(globalId)?.uuid : undefined;
}
