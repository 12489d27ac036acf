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
      const { error } = measured(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution, extendContext }) {
      // Measures one event. The number of events is not limited here.
      const { error, cost } = measured(args);
      if (error) setResultAndStopExecution({ errors: [error] });
      else extendContext({ cost });
    },
  };
}

function measured(args: ExecutionArgs): { error?: GraphQLError; cost?: number } {
  const operation = getOperationAST(args.document, args.operationName);
  // Execution reports what is missing.
  if (!operation) return {};
  try {
    const found = measure(args, operation, coerceVariables(args, operation));
    for (const name of ['depth', 'aliases', 'cost'] as const) {
      const limit = OPERATION_LIMITS[name];
      if (found && found[name] > limit) return { error: tooComplex(name, limit, found[name]) };
    }
    return { cost: found?.cost };
  } catch (error) {
    if (error instanceof GraphQLError) return { error };
    throw error;
  }
}
