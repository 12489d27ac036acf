/** Declares a mutation. Its input type, payload type and result union are derived from it. */
import type { FieldMap, InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { z } from 'zod';
import type { Context } from '../../context.ts';
import {
  ForbiddenError,
  IdempotencyConflictError,
  InvalidInputError,
  NotFoundError,
} from '../../errors/errors.ts';
import { builder, type Types } from '../../schema/kit/builder.ts';
import { startPositionOf } from '../../schema/kit/startPosition.ts';
import type { UserErrorClass } from '../../schema/kit/userError.ts';
import type { Act, ActResult } from '../../services/act/act.ts';
import { runAct } from './runAct.ts';

const COMMON_ERRORS = [InvalidInputError, NotFoundError, ForbiddenError, IdempotencyConflictError];

/** The input of `act`. `never` while the fields are not inferred yet, so that a service with any input is assignable. */
type InputOf<Fields extends InputFieldMap> = string extends keyof Fields
  ? never
  : InputShapeFromFields<Fields>;

type MutationOptions<Fields extends InputFieldMap, Result extends ActResult<object>> = {
  description: string;
  /** The fields of the input type, besides `idempotencyKey`. */
  input: (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => Fields;
  /** The schema that the service checks the input with. */
  schema?: z.ZodType;
  /** The errors of this mutation, besides those of every mutation. */
  errors?: UserErrorClass[];
  act: (act: Act, input: InputOf<NoInfer<Fields>>, context: Context) => Promise<Result>;
  /** The fields of the payload type, besides `cursor` and `requestId`. Their parent is what `act` returns. */
  payload: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Result>) => FieldMap;
};

const keyField = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) =>
  t.string({
    description:
      'A key that makes retries safe, 1 to 255 characters. When the same viewer repeats the mutation in the same organization with this key within 24 hours, the first result is returned and nothing happens twice. The same key with another input is IDEMPOTENCY_CONFLICT. Errors are not stored.',
  });

/** Declares the field and its types. Returns the input type. */
export function mutation<Fields extends InputFieldMap, Result extends ActResult<object>>(
  name: string,
  { description, input, schema, errors = [], act, payload }: MutationOptions<Fields, Result>,
) {
  const typeName = name.charAt(0).toUpperCase() + name.slice(1);

  let subject = '';
  const Input = builder.inputType(`${typeName}Input`, {
    description: `Input of \`${name}\`.`,
    fields: (t) => {
      const fields = input(t);
      // The services authorize in an organization, which is either named or that of the row which the input begins with.
      subject = 'organizationId' in fields ? 'organizationId' : (Object.keys(fields)[0] ?? '');
      return { ...fields, idempotencyKey: keyField(t) };
    },
  });

  const Payload = builder.objectRef<Result>(`${typeName}Payload`).implement({
    description: `The result of \`${name}\` when it succeeds.`,
    fields: (t) => ({
      ...payload(t),
      cursor: t.string({
        description:
          'A position of the change feed before the changes of this mutation. A subscription `after` it delivers them.',
        resolve: ({ position }, _args, context) =>
          position === null ? startPositionOf(context) : context.feed.encode(position),
      }),
      requestId: t.string({
        description:
          'The `requestId` that the changes of this mutation carry in the feed. A client recognizes its own changes by it.',
        resolve: ({ requestId }) => requestId,
      }),
    }),
  });

  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      // Nullable, so that an error in one payload leaves the payloads of the other mutations. One may hold a secret that is
      // shown only once.
      nullable: true,
      description,
      args: {
        input: t.arg({ type: Input, required: true, description: `The input of \`${name}\`.` }),
      },
      errors: {
        types: [...COMMON_ERRORS, ...errors],
        union: {
          description: `The result of \`${name}\`: the payload, or the error that says why nothing was written.`,
        },
      },
      resolve: ((_root: unknown, { input }: { input: never }, context: Context) =>
        runAct(context, name, input, { subject, schema }, (running) =>
          act(running, input, context),
        )) as never,
    }),
  );
  return Input;
}
