/** What an operation finds in its context that is not simply there: fresh caches, and where the feed stood. */
import { useExtendContextValuePerExecuteSubscriptionEvent } from '@envelop/execute-subscription-event';
import { initContextCache } from '@pothos/core';
import { type DocumentNode, Kind, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';

/**
 * A subscription has one context for its whole life, and what was loaded for its first event would be shown again
 * with its last. So each event gets caches of its own.
 */
export function useFreshContextPerEvent(): Plugin<Context> {
  return useExtendContextValuePerExecuteSubscriptionEvent<Context>(async ({ args }) => ({
    contextPartial: {
      ...initContextCache(),
      ...(await startPosition(args.document, args.contextValue as Context)),
    },
  })) as Plugin<Context>;
}

/**
 * Reads the feed's head before the operation reads or writes anything else. A field could not: fields beside it run
 * at the same time, and what they read would be older than the cursor that is to cover it.
 */
export function useStartPosition(): Plugin<Context> {
  return {
    async onExecute({ args }) {
      Object.assign(args.contextValue, await startPosition(args.document, args.contextValue));
    },
  };
}

const needsPosition = new WeakMap<DocumentNode, boolean>();

async function startPosition(document: DocumentNode, { feed }: Context): Promise<{ startPosition?: number }> {
  let isNeeded = needsPosition.get(document);
  if (isNeeded === undefined) {
    isNeeded = selectsPosition(document);
    needsPosition.set(document, isNeeded);
  }
  return isNeeded ? { startPosition: await feed.head() } : {};
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
