import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import { storedActor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { rowOf } from '../kit/rowLoader.ts';
import { Session } from '../session/session.ts';
import { PullRequestClaimKind } from './enum.ts';

export const PullRequestClaim = builder.prismaNode('PullRequestClaim', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'The passage of a pull request to a session or to none. Entries are never changed or deleted.',
  fields: (t) => ({
    pullRequest: t.relation('pullRequest', { description: 'The pull request that passed.' }),
    from: t.field({
      type: Session,
      nullable: true,
      description:
        'The session that held the pull request before. Null when no session did, and when the session was deleted since.',
      select: { fromSessionId: true },
      resolve: ({ fromSessionId }, _args, context, info) => sessionOf(fromSessionId, context, info),
    }),
    to: t.field({
      type: Session,
      nullable: true,
      description:
        'The session that the pull request passed to. Null for a release, and when the session was deleted since.',
      select: { toSessionId: true },
      resolve: ({ toSessionId }, _args, context, info) => sessionOf(toSessionId, context, info),
    }),
    how: t.expose('how', {
      type: PullRequestClaimKind,
      description: 'Whether the pull request was claimed, taken over, released, or claimed by a new session.',
    }),
    actor: t.field({
      ...storedActor('actor'),
      description: 'The person, agent or program that made the change.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When the pull request passed.' }),
  }),
});

async function sessionOf(id: string | null, context: Context, info: GraphQLResolveInfo) {
  if (id === null) return null;
  return (await rowOf(context, 'Session', queryFromInfo({ context, info }), id)) as
    | typeof Session.$inferType
    | null;
}
