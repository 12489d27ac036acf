/** Runs each operation within its limits: its answer's size and its deadline, and while its client waits for it. */
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { waitingAtMost } from '../../database/account.ts';
import { isUnavailable, QUERY_CANCELED, sqlState } from '../../database/sqlError.ts';
import { type Operation, OperationEnded, type RunningLimits, startOperation } from '../../load/operation.ts';
import { endingError } from './clientError.ts';

export function useRunningLimits(limits: RunningLimits): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) =>
        isMutation(args) ? runMutation(executeFn, args, limits) : runQuery(executeFn, args, limits),
      );
    },
  };
}

/** The part of its time in which a query may wait for a connection. It is BUSY then, before its deadline passes. */
const WAITING_SHARE = 0.8;

type Execute = (args: ExecutionArgs) => unknown;

async function runQuery(execute: Execute, args: ExecutionArgs, limits: RunningLimits) {
  const operation = startOperation(limits, contextOf(args).leaving);
  // The executor does not get the signal. An error in the middle of a list leaves the promises of earlier entries behind,
  // and once these are rejected too, unhandled, they would end the process. What it waits for ends with the operation.
  const contextValue = { ...contextOf(args), document: args.document, operation };
  return await during(operation, () =>
    waitingAtMost(WAITING_SHARE * limits.deadlineMs, () => execute({ ...args, contextValue })),
  );
}

/** A mutation goes on when its client has left, and its executor is not stopped: an act that has happened is answered. */
async function runMutation(execute: Execute, args: ExecutionArgs, limits: RunningLimits) {
  const operation = startOperation(limits);
  const contextValue = { ...contextOf(args), document: args.document, operation };
  try {
    const result = (await operation.run(() => execute({ ...args, contextValue }))) as ExecutionResult;
    if (!operation.signal.aborted) return result;
    return { ...result, errors: result.errors?.map((error) => asEnding(error, operation)) };
  } finally {
    operation.end();
  }
}

/** The result of an execution, or that its operation has ended early. Of an answer that is too large, nothing is sent. */
export async function during(operation: Operation, execute: () => unknown): Promise<ExecutionResult> {
  const { signal } = operation;
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    const result = await Promise.race([operation.run(execute), ended.promise]);
    signal.throwIfAborted();
    return result as ExecutionResult;
  } catch (error) {
    if (!signal.aborted) throw error;
    return { data: null, errors: [endingError(signal.reason)] };
  } finally {
    signal.removeEventListener('abort', end);
    operation.end();
  }
}

/** The end of an operation fails its statements: before they are sent, by a cancellation, or with their connection. */
function asEnding(error: GraphQLError, { signal }: Operation): GraphQLError {
  const { originalError } = error;
  const isConsequence =
    originalError instanceof OperationEnded ||
    sqlState(originalError) === QUERY_CANCELED ||
    isUnavailable(originalError);
  return isConsequence ? endingError(signal.reason, error) : error;
}

function isMutation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}

function contextOf({ contextValue }: ExecutionArgs): Context {
  return contextValue as Context;
}
