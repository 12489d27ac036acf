import type { NamedFilter, Subscription } from '../../schema/feed/liveNoun.ts';
import type { Types } from '../../schema/kit/builder.ts';

type SubscriptionFields = PothosSchemaTypes.SubscriptionFieldBuilder<Types, Types['Root']>;

/** The arguments of every subscription. */
export const subscriptionArgs = (t: SubscriptionFields) => ({
  organizationId: t.arg.idOf('Organization', {
    required: true,
    description: 'The global id of the organization whose changes are delivered.',
  }),
  after: t.arg.string({
    description:
      'The position to resume from. The subscription delivers the stored changes after it and then live changes, without a gap or a repeat. Without it, only changes from now on are delivered. Errors: CURSOR_EXPIRED (with `oldestCursor`), INVALID_CURSOR.',
  }),
});

/** Arguments that filter changes by what they concern: `projectId` for `'Project'`. */
export function filterArgs(t: Pick<SubscriptionFields, 'arg'>, filters: Subscription['filters']) {
  return Object.fromEntries(
    filters.map((filter) => {
      const { name, type, description } = typeof filter === 'string' ? namedAfter(filter) : filter;
      return [name, t.arg.idOf(type, { description })];
    }),
  );
}

function namedAfter(type: keyof Types['PrismaTypes'] & string): NamedFilter {
  const words = type.replaceAll(/(?<!^)[A-Z]/g, ' $&').toLowerCase();
  const name = `${type.charAt(0).toLowerCase()}${type.slice(1)}Id`;
  return { name, type, description: `Only changes that concern this ${words}.` };
}
