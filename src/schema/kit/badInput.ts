import { GraphQLError } from 'graphql';

/** The error for an invalid argument of a query. Mutations return InvalidInputError in their union instead. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
