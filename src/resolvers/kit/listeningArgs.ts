import type { builder } from '../../schema/index.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
type SubscriptionFields = PothosSchemaTypes.SubscriptionFieldBuilder<Types, Types['Root']>;

/** What every subscription takes. */
export const listeningArgs = (t: SubscriptionFields) => ({
  organizationId: t.arg.id({
    required: true,
    description: 'The global id of the organization to listen to.',
  }),
  after: t.arg.string({
    description:
      'The position to go on from: everything since then first, then live, with no gap and no repeat. Without it, from now on. Errors: CURSOR_EXPIRED (with `oldestCursor`), INVALID_CURSOR.',
  }),
});

/** Filters by what a change concerns. A transfer concerns both sides. */
export const filterArgs = {
  projectId: (t: SubscriptionFields) => t.arg.id({ description: 'Only changes that concern this project.' }),
  sessionId: (t: SubscriptionFields) => t.arg.id({ description: 'Only changes that concern this session.' }),
  agentId: (t: SubscriptionFields) => t.arg.id({ description: 'Only changes that concern this agent.' }),
  pullRequestId: (t: SubscriptionFields) =>
    t.arg.id({ description: 'Only changes that concern this pull request.' }),
};
