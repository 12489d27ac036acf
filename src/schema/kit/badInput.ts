import { GraphQLError } from 'graphql';

/** An argument of a query that makes no sense. (What is wrong with a mutation's input is a member of its union.) */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
