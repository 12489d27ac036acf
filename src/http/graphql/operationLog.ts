import { type DocumentNode, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../../context.ts';

/** Logs each operation with its viewer and duration, never with its variables: they contain what people wrote. */
export function useOperationLog(log: Logger): Plugin<Context> {
  return {
    onExecute({ args }) {
      const startedAt = performance.now();
      const about = describe(args.document, args.operationName, args.contextValue);
      return {
        onExecuteDone({ result }) {
          const errors = 'errors' in result ? (result.errors?.length ?? 0) : 0;
          log.info({ ...about, ms: Math.round(performance.now() - startedAt), errors }, 'operation');
        },
      };
    },
    onSubscribe({ args }) {
      log.info(describe(args.document, args.operationName, args.contextValue), 'subscription');
    },
  };
}

/** Clients choose the name, of any length. */
const MAX_NAME_CHARACTERS = 100;

function describe(
  document: DocumentNode,
  operationName: string | null | undefined,
  { viewer, requestId }: Context,
) {
  const operation = getOperationAST(document, operationName);
  return {
    requestId,
    operation: operation?.operation,
    operationName: operation?.name?.value.slice(0, MAX_NAME_CHARACTERS),
    viewerKind: viewer.kind,
    viewerId: viewer.id,
  };
}
