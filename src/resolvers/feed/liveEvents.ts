/** Adds the subscriptions that nouns declare with `liveNoun`. */
import { subscriptions } from '../../schema/feed/liveNoun.ts';
import { builder } from '../../schema/index.ts';
import { resolveChange, subscribe } from '../kit/subscribe.ts';
import { filterArgs, subscriptionArgs } from '../kit/subscriptionArgs.ts';

for (const { name, description, event, types, filters } of subscriptions) {
  builder.subscriptionField(name, (t) =>
    t.field({
      type: event,
      description,
      args: { ...subscriptionArgs(t), ...filterArgs(t, filters) },
      subscribe: (_root, { organizationId, after, ...about }, context) =>
        subscribe(context, { organizationId, after, types, about: Object.values(about) }),
      resolve: resolveChange,
    }),
  );
}
