/** The subscription `changes`: the whole feed of an organization, or a part of it. */
import { Change } from '../../schema/feed/change.ts';
import { ChangeType } from '../../schema/feed/changeType.ts';
import { builder } from '../../schema/index.ts';
import { resolveChange, subscribe } from '../kit/subscribe.ts';
import { filterArgs, subscriptionArgs } from '../kit/subscriptionArgs.ts';
import { byActor, byEntity } from './changeFilter.ts';

builder.subscriptionField('changes', (t) =>
  t.field({
    type: Change,
    description:
      'Every change in an organization, with the object that changed: one such subscription keeps all objects of a page current. A change is delivered when it passes all given filters.',
    args: {
      ...subscriptionArgs(t),
      types: t.arg({
        type: [ChangeType],
        description: 'Only changes of these types. Without it, changes of all types.',
      }),
      entityId: t.arg.id({ description: 'Only changes of the object with this global id.' }),
      actorId: t.arg.id({ description: 'Only changes made by the user or agent with this global id.' }),
      ...filterArgs(t, ['Agent', 'Project', 'Session']),
    },
    subscribe: (_root, { organizationId, after, types, entityId, actorId, ...about }, context) =>
      subscribe(context, {
        organizationId,
        after,
        ...byEntity(entityId, types),
        ...byActor(actorId),
        about: Object.values(about),
      }),
    resolve: resolveChange,
  }),
);
