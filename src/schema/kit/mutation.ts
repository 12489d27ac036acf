/** What all mutations share: the shape of their inputs and payloads. */
import type { FieldRef, InputFieldMap } from '@pothos/core';
import type { ActResult } from '../../services/act/act.ts';
import { builder } from './builder.ts';

type Builder = typeof builder;
type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** An input type; each takes an idempotency key beside its own fields. */
export function mutationInput<Fields extends InputFieldMap>(
  name: string,
  description: string,
  fields: (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => Fields,
) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      ...fields(t),
      idempotencyKey: t.string({
        description:
          'Makes the act happen once: under a key used before within 24 hours, by this viewer in this organization, the first answer is given again. 1 to 255 characters.',
      }),
    }),
  });
}

/** What the fields of a payload are made with. */
export type PayloadFields<Result extends object> = PothosSchemaTypes.ObjectFieldBuilder<
  Types,
  ActResult<Result>
>;

/** A payload type; each has the cursor before its changes, and the request that made them. */
export function payload<Result extends object>(
  name: string,
  description: string,
  fields: (t: PayloadFields<Result>) => Record<string, FieldRef<Types, unknown>>,
) {
  return builder.objectRef<ActResult<Result>>(name).implement({
    description,
    fields: (t) => ({
      ...fields(t),
      cursor: t.string({
        description:
          'A feed position before the changes of this mutation: a subscription `after` it delivers them.',
        resolve: ({ position }, _args, { feed, startPosition }) => {
          if (position !== null) return feed.encode(position);
          if (startPosition === undefined) {
            throw new Error('The feed position was not read before the mutation.');
          }
          return startPosition;
        },
      }),
      requestId: t.string({
        description:
          'The `requestId` of the changes that this mutation made, by which a client knows its own.',
        resolve: ({ requestId }) => requestId,
      }),
    }),
  });
}
