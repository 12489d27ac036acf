import type { ActorKind as Kind } from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';
import { ActorKind } from './enum.ts';

/** An actor as it is stored with what it did: its name stays as it was then. */
export type ActorShape = { kind: Kind; id: string | null; name: string };

const TYPE_OF_KIND = {
  USER: 'UserActor',
  AGENT: 'AgentActor',
  SYSTEM: 'SystemActor',
  DATABASE: 'DatabaseActor',
} as const satisfies Record<Kind, string>;

/**
 * Actors have no id: with that of the person or agent, a normalised cache would merge the name of today with the name of
 * then.
 */
export const Actor = builder.interfaceRef<ActorShape>('Actor').implement({
  sharedBy: 'MEMBERS',
  description: 'The person, agent or program that did something, as of the time when it did.',
  resolveType: ({ kind }) => TYPE_OF_KIND[kind],
  fields: (t) => ({
    kind: t.expose('kind', {
      type: ActorKind,
      description: 'Whether the actor is a person, an agent, Muster itself or another program.',
    }),
    name: t.exposeString('name', {
      description:
        'The name of the actor at that time: for Muster itself that of the job or command, for another program that of the database role that it was connected as.',
    }),
  }),
});

builder.objectRef<ActorShape>(TYPE_OF_KIND.SYSTEM).implement({
  sharedBy: 'MEMBERS',
  description: 'Muster itself, in a job or a command.',
  interfaces: [Actor],
});

builder.objectRef<ActorShape>(TYPE_OF_KIND.DATABASE).implement({
  sharedBy: 'MEMBERS',
  description: 'Another program, which wrote to the database.',
  interfaces: [Actor],
});

type ActorColumns<Prefix extends string> = Record<`${Prefix}Kind`, Kind | null> &
  Record<`${Prefix}Id`, string | null> &
  Record<`${Prefix}Name`, string | null>;

/**
 * Options of a field that shows the actor in three columns of a row.
 *
 * @param prefix that of the columns: `requestedBy` for `requestedByKind`, `requestedById` and `requestedByName`. When the
 * kind is null, so is the field, which then has the option `nullable`.
 */
export function storedActor<Prefix extends string>(prefix: Prefix) {
  const [kind, id, name] = [`${prefix}Kind`, `${prefix}Id`, `${prefix}Name`] as const;
  return {
    type: Actor,
    select: { [kind]: true, [id]: true, [name]: true } as Record<keyof ActorColumns<Prefix>, true>,
    // The options of a nullable field say so themselves.
    resolve: (row: ActorColumns<Prefix>) =>
      (row[kind] === null ? null : { kind: row[kind], id: row[id], name: row[name] }) as ActorShape,
  };
}
