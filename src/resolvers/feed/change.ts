import { Change } from '../../schema/feed/change.ts';
import { ChangeType } from '../../schema/feed/changeType.ts';
import { builder } from '../../schema/index.ts';
import { connectionOf } from '../../schema/kit/list/connection.ts';
import { startPositionOf } from '../../schema/kit/startPosition.ts';
import { byActor, byEntity } from './changeFilter.ts';
import { changePage } from './changePage.ts';

builder.prismaObjectFields('Organization', (t) => ({
  feedCursor: t.string({
    description:
      'The position of the change feed, read before anything else in this operation. A subscription `after` this position delivers every change that the rest of the answer may lack.',
    resolve: (_organization, _args, context) => startPositionOf(context),
  }),
  changes: t.field({
    type: connectionOf(builder as never, Change as never),
    description:
      'The stored changes of the organization, oldest first, as far back as the feed retains them. The cursors are valid in subscriptions too. Errors: CURSOR_EXPIRED (with `oldestCursor`), INVALID_CURSOR.',
    args: {
      first: t.arg.int({ description: 'The number of changes to return. Default 25, maximum 100.' }),
      after: t.arg.string({
        description:
          'Only changes after this position. Without it, the page starts at the oldest stored change.',
      }),
      types: t.arg({ type: [ChangeType], description: 'Only changes of these types.' }),
      entityId: t.arg.id({ description: 'Only changes of the object with this global id.' }),
      actorId: t.arg.id({ description: 'Only changes made by the user or agent with this global id.' }),
      since: t.arg({ type: 'DateTime', description: 'Only changes at or after this time.' }),
      until: t.arg({ type: 'DateTime', description: 'Only changes before this time.' }),
    },
    resolve: ({ id }, { first, after, types, entityId, actorId, since, until }, context) =>
      changePage(
        id,
        {
          first,
          after: after ?? undefined,
          ...byEntity(entityId, types),
          ...byActor(actorId),
          since: since ?? undefined,
          until: until ?? undefined,
        },
        context,
      ),
  }),
}));
