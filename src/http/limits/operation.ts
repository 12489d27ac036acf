/** Operations that are refused unexecuted. */
import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { OPERATION_LIMITS, tooComplex } from './complexity.ts';
import { measure } from './measure.ts';

/** On every transport: an operation is executed by the same envelop, whatever it came by. */
export function useOperationLimits(): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const error = exceeded(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      // What is measured is one event. How many there are is no matter of the operation.
      const error = exceeded(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
  };
}

function exceeded(args: ExecutionArgs): GraphQLError | undefined {
  const found = measure(args);
  for (const name of ['depth', 'aliases', 'cost'] as const) {
    const limit = OPERATION_LIMITS[name];
    if (found && found[name] > limit) return tooComplex(name, limit, found[name]);
  }
  return undefined;
}
