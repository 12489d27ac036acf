/** Declares the errors that mutations return in their result unions. */
import type { FieldMap } from '@pothos/core';
import type { UserError } from '../../errors/errors.ts';
import { builder, type Types } from './builder.ts';

export const UserErrorInterface = builder
  .interfaceRef<Pick<UserError, 'code' | 'message'>>('UserError')
  .implement({
    description: 'An expected error: the reason why a mutation changed nothing.',
    fields: (t) => ({
      code: t.exposeString('code', {
        description: 'The machine-readable error code, such as `PR_NOT_OPEN`. Each error type has one code.',
      }),
      message: t.exposeString('message', { description: 'A message for people. Its wording may change.' }),
    }),
  });

export type UserErrorClass<Error extends UserError = UserError> = {
  // biome-ignore lint/suspicious/noExplicitAny: each error is made from facts of its own.
  new (...facts: any[]): Error;
  readonly code: string;
};

/** Declares the GraphQL type of an error. It has the name of the error's class. */
export function userError<Error extends UserError>(
  errorClass: UserErrorClass<Error>,
  {
    description,
    fields,
  }: {
    /** When the error is returned. The type's description starts with the error's code. */
    description: string;
    /** The fields besides `code` and `message`. */
    fields?: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Error>) => FieldMap;
  },
): void {
  builder.objectType(errorClass as UserErrorClass, {
    name: errorClass.name,
    description: `${errorClass.code}: ${description}`,
    interfaces: [UserErrorInterface] as never,
    fields: fields as never,
  });
}
