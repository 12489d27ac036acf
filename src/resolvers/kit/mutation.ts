/** A mutation, declared once: its input, its payload and its errors give the types and the union around them. */
import type { FieldMap, InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { z } from 'zod';
import type { Context } from '../../context.ts';
import { ForbiddenError, IdempotencyConflictError, InvalidInputError, NotFoundError } from '../../errors.ts';
import { builder, type Types } from '../../schema/kit/builder.ts';
import type { UserErrorClass } from '../../schema/kit/userError.ts';
import type { Act, ActResult } from '../../services/act/act.ts';
import { runAct } from './runAct.ts';

const COMMON_ERRORS = [InvalidInputError, NotFoundError, ForbiddenError, IdempotencyConflictError];

/** What `act` takes. While the fields are not inferred yet, a service is assignable whatever it takes. */
type InputOf<Fields extends InputFieldMap> = string extends keyof Fields
  ? never
  : InputShapeFromFields<Fields>;

type MutationOptions<Fields extends InputFieldMap, Result extends ActResult<object>> = {
  description: string;
  /** The fields of its input; `idempotencyKey` stands beside them. */
  input: (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => Fields;
  /** What its service checks the input with. */
  schema?: z.ZodType;
  /** What it refuses with, beside the errors that every mutation has. */
  errors?: UserErrorClass[];
  act: (act: Act, input: InputOf<NoInfer<Fields>>, context: Context) => Promise<Result>;
  /** The fields of its payload, made from what `act` returns; `cursor` and `requestId` stand beside them. */
  payload: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Result>) => FieldMap;
};

/** Declares the field and its types. Returns the input type. */
export function mutation<Fields extends InputFieldMap, Result extends ActResult<object>>(
  name: string,
  { description, input, schema, errors = [], act, payload }: MutationOptions<Fields, Result>,
) {
  const typeName = name.charAt(0).toUpperCase() + name.slice(1);

  const Input = builder.inputType(`${typeName}Input`, {
    description: `Input of \`${name}\`.`,
    fields: (t) => ({
      ...input(t),
      idempotencyKey: t.string({
        description:
          'Makes the act happen once: under a key used before within 24 hours, by this viewer in this organization, the first answer is given again. 1 to 255 characters.',
      }),
    }),
  });

  const Payload = builder.objectRef<Result>(`${typeName}Payload`).implement({
    description: `Payload of \`${name}\`.`,
    fields: (t) => ({
      ...payload(t),
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

  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      description,
      args: {
        input: t.arg({ type: Input, required: true, description: `The input of \`${name}\`.` }),
      },
      errors: {
        types: [...COMMON_ERRORS, ...errors],
        union: {
          description: `Result of \`${name}\`: its payload, or the error that explains why nothing was written.`,
        },
      },
      resolve: ((_root: unknown, { input }: { input: never }, context: Context) =>
        runAct(context, name, input, schema, (running) => act(running, input, context))) as never,
    }),
  );
  return Input;
}
