import { Change } from '../../schema/feed/change.ts';
import { ChangeType } from '../../schema/feed/changeType.ts';
import { builder } from '../../schema/index.ts';
import { startPositionOf } from '../../schema/kit/startPosition.ts';
import { filterArgs } from '../kit/subscriptionArgs.ts';
import { byAbout, byActor, byEntity } from './changeFilter.ts';
import { changePage } from './changePage.ts';

builder.prismaObjectFields('Organization', (t) => ({
  feedCursor: t.string({
    description:
      'The position of the change feed, read before anything else in this operation. A subscription `after` this position delivers every change that the rest of the answer may lack.',
    resolve: (_organization, _args, context) => startPositionOf(context),
  }),
  changes: t.connection({
    type: Change,
    description:
      'The stored changes of the organization, oldest first, as far back as the feed retains them. `last` returns the newest, and `before` with the `startCursor` of a page those before it; within each page the order stays the same. The cursors are valid in subscriptions too. A change is listed when it passes all given filters. Errors: CURSOR_EXPIRED (with `oldestCursor`), INVALID_CURSOR.',
    args: {
      types: t.arg({ type: [ChangeType], description: 'Only changes of these types.' }),
      entityId: t.arg.id({ description: 'Only changes of the object with this global id.' }),
      actorId: t.arg.id({ description: 'Only changes made by the user or agent with this global id.' }),
      ...filterArgs(t, ['Agent', 'Project', 'Session']),
      since: t.arg({ type: 'DateTime', description: 'Only changes at or after this time.' }),
      until: t.arg({ type: 'DateTime', description: 'Only changes before this time.' }),
    },
    extensions: { listOrder: null },
    resolve: (
      { id },
      { first, last, after, before, types, entityId, actorId, since, until, ...about },
      context,
    ) =>
      changePage(
        id,
        {
          page: { first, last, after, before },
          filter: {
            ...byEntity(entityId, types),
            ...byActor(actorId),
            ...byAbout(Object.values(about)),
            since: since ?? undefined,
            until: until ?? undefined,
          },
        },
        context,
      ),
  }),
}));
