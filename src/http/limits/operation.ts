/** Refuses operations before they are executed: for their variables, or because the answer could be too large. */
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { OPERATION_LIMITS, tooComplex } from './complexity.ts';
import { measure } from './measure.ts';
import { coerceVariables } from './variables.ts';

/** Applies to every transport: all of them execute operations through the same envelop. */
export function useOperationLimits(): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const error = refusalOf(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      // Measures one event. The number of events is not limited here.
      const error = refusalOf(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
  };
}

function refusalOf(args: ExecutionArgs): GraphQLError | undefined {
  const operation = getOperationAST(args.document, args.operationName);
  // Execution reports what is missing.
  if (!operation) return undefined;
  try {
    const found = measure(args, operation, coerceVariables(args, operation));
    for (const name of ['depth', 'aliases', 'cost'] as const) {
      const limit = OPERATION_LIMITS[name];
      if (found && found[name] > limit) return tooComplex(name, limit, found[name]);
    }
    return undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
