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
  description: 'Who made a change.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ActorKind, description: 'What kind of actor.' }),
    id: t.id({
      nullable: true,
      description: 'The global id of the user or agent; null for the system and for other programs.',
      resolve: ({ kind, id }) => id && globalId(TYPE_OF_KIND[kind], id),
    }),
    name: t.exposeString('name', {
      description: 'Its name at the time; for other programs the database role they were connected as.',
    }),
  }),
});
