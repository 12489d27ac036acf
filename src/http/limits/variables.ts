/** The variables of an operation, coerced to their types. */
import { type ExecutionArgs, GraphQLError, getVariableValues, type OperationDefinitionNode } from 'graphql';

/**
 * Stops at the first error. Every error's message contains the whole value, so one megabyte of unknown keys would
 * otherwise become gigabytes of messages. Execution would report fifty of them.
 *
 * @throws {GraphQLError} the first error.
 */
export function coerceVariables(
  { schema, variableValues }: ExecutionArgs,
  { variableDefinitions = [] }: OperationDefinitionNode,
): Record<string, unknown> {
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, variableValues ?? {}, {
    maxErrors: 1,
  });
  if (coerced) return coerced;
  throw errors[0] ?? new GraphQLError('The variables are not valid.');
}
