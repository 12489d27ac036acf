/** The feed's position before an operation begins. */
import { type DocumentNode, type ExecutionArgs, Kind, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';

/**
 * Reads the feed's head before the operation reads or writes anything else. A resolver could not: the fields beside it run
 * at the same time, and could read rows that are older than its cursor.
 */
export function useStartPosition(): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => {
        const context = args.contextValue as Context;
        const position = await startPosition(args.document, context);
        return await executeFn({ ...args, contextValue: { ...context, ...position } });
      });
    },
  };
}

const needsPosition = new WeakMap<DocumentNode, boolean>();

/** The part of the context of an operation that selects a cursor; empty for others. */
export async function startPosition(
  document: DocumentNode,
  { feed }: Context,
): Promise<{ startPosition?: string }> {
  let isNeeded = needsPosition.get(document);
  if (isNeeded === undefined) {
    isNeeded = selectsPosition(document);
    needsPosition.set(document, isNeeded);
  }
  return isNeeded ? { startPosition: await feed.headCursor() } : {};
}

/** Whether the document selects `feedCursor` anywhere, or `cursor` in a mutation. */
function selectsPosition(document: DocumentNode): boolean {
  const isMutation = document.definitions.some(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'mutation',
  );
  let isSelected = false;
  visit(document, {
    Field({ name }) {
      if (name.value === 'feedCursor' || (isMutation && name.value === 'cursor')) isSelected = true;
    },
  });
  return isSelected;
}
