import type { Change as ChangeShape } from '../../feed/log/change.ts';
import { globalId } from '../../globalId.ts';
import { builder } from '../kit/builder.ts';
import { Actor } from './actor.ts';

/** What happens to the things of each type. */
const CHANGE_TYPES = {
  PullRequest: {
    PR_CREATED: 'A pull request was claimed for the first time. The facts are final.',
    PR_UPDATED: 'A public field of a pull request changed.',
    PR_SESSION_CHANGED: 'A pull request passed from one session to another. A PR_UPDATED may follow.',
  },
  PullRequestCheck: { PR_CHECK_RECORDED: 'A check was recorded, or changed.' },
  PullRequestReviewThread: {
    PR_REVIEW_THREAD_ADDED: 'A review thread was recorded.',
    PR_REVIEW_THREAD_RESOLVED: 'A review thread was resolved, or opened again: see `isResolved`.',
  },
  Agent: {
    AGENT_CREATED: 'An agent was hired.',
    AGENT_UPDATED: 'A public field of an agent changed.',
    AGENT_OFFBOARDED: 'An agent was offboarded. What it held was heard of before.',
  },
  WatchedRepo: {
    REPO_WATCHED: 'An agent began to watch a repository.',
    REPO_RELEASED: 'A repository is watched no more.',
  },
  Session: {
    SESSION_CREATED: 'A session was spawned.',
    SESSION_UPDATED: 'A public field of a session changed.',
    SESSION_DELETED: 'A session that owned no pull request was deleted.',
  },
  Project: {
    PROJECT_CREATED: 'A project was registered.',
    PROJECT_UPDATED: 'A public field of a project changed.',
    PROJECT_ARCHIVED: 'A project was archived.',
  },
  Membership: {
    MEMBER_CREATED: 'A person became a member.',
    MEMBER_UPDATED: "A member's role changed.",
    MEMBER_ARCHIVED: 'A member was removed.',
  },
  Token: {
    TOKEN_CREATED: 'A token was made.',
    TOKEN_UPDATED: 'A public field of a token changed.',
    TOKEN_ARCHIVED: 'A token was revoked.',
  },
} as const;

type NamesOf<Groups> = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];

export type ChangeTypeName = NamesOf<typeof CHANGE_TYPES>;

/** The changes that there are of things of a type; none for what is never heard of. */
export function changeTypesOf(entityType: string): ChangeTypeName[] {
  if (!Object.hasOwn(CHANGE_TYPES, entityType)) return [];
  return Object.keys(CHANGE_TYPES[entityType as keyof typeof CHANGE_TYPES]) as ChangeTypeName[];
}

export const ChangeType = builder.enumType('ChangeType', {
  description: 'What happened. One row change makes one change, the most specific one.',
  values: Object.fromEntries(
    Object.values(CHANGE_TYPES)
      .flatMap((types) => Object.entries(types))
      .map(([value, description]) => [value, { value, description }]),
  ) as { [Name in ChangeTypeName]: { value: Name; description: string } },
});

/** What every event of a subscription has; the things it is about stand beside. */
export const FeedEvent = builder.interfaceRef<ChangeShape>('FeedEvent').implement({
  description: 'A committed change, as it was heard.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Its position in the feed. A subscription `after` it goes on with the next one.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When it was made, shortly before its commit.',
    }),
    actor: t.field({ type: Actor, description: 'Who made it.', resolve: ({ actor }) => actor }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'The request that made it; null when a job or another program did.',
    }),
  }),
});

export const Change = builder.objectRef<ChangeShape>('Change').implement({
  description: 'A committed change of one thing.',
  interfaces: [FeedEvent],
  isTypeOf: () => true,
  fields: (t) => ({
    type: t.field({
      type: ChangeType,
      description: 'What happened.',
      resolve: ({ type }) => type as ChangeTypeName,
    }),
    entityId: t.id({
      description: 'The global id of what changed.',
      resolve: ({ entityType, entityId }) => globalId(entityType, entityId),
    }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        '`{ row, changed, … }`: the public image after the change (before it, for a deletion) with the field names of this schema, global ids and enum values; the names of the changed fields; for PR_SESSION_CHANGED the global ids `from` and `to`. Strings over 64 KB are cut and listed in `truncated`.',
    }),
  }),
});
