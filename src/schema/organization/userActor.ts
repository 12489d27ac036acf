import { Actor, type ActorShape } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { visibleRow } from '../kit/visibility.ts';
import { User } from './user.ts';

builder.objectRef<ActorShape>('UserActor').implement({
  sharedBy: 'MEMBERS',
  description: 'A person who did something.',
  interfaces: [Actor],
  fields: (t) => ({
    user: t.prismaField({
      sharedBy: 'VIEWER',
      type: User,
      nullable: true,
      description:
        'The person as of now. Null when the viewer shares no organization with the person any more.',
      resolve: (query, { id }, _args, context, info) => visibleRow('User', query, id, context, info),
    }),
  }),
});
