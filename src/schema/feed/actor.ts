import type { ActorKind as Kind } from '../../../prisma/client/enums.ts';
import { globalId } from '../../globalId.ts';
import { builder } from '../kit/builder.ts';
import { ActorKind } from './enum.ts';

export type ActorShape = { kind: Kind; id: string | null; name: string };

const TYPE_OF_KIND: Record<Kind, string> = {
  USER: 'User',
  AGENT: 'Agent',
  SYSTEM: 'System',
  DATABASE: 'Database',
};

export const Actor = builder.objectRef<ActorShape>('Actor').implement({
  description: 'The person, agent or program that made a change.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: ActorKind,
      description: 'Whether a person, an agent, Muster itself or another program made the change.',
    }),
    id: t.id({
      nullable: true,
      description: 'The global id of the person or agent; null for Muster itself and for other programs.',
      resolve: ({ kind, id }) => id && globalId(TYPE_OF_KIND[kind], id),
    }),
    name: t.exposeString('name', {
      description:
        'The name of the actor when it made the change. For another program, the database role that it was connected as.',
    }),
  }),
});
