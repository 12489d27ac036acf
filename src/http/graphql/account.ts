/** The account on which an operation uses the server and its database. */
import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Viewer } from '../../auth/viewer.ts';
import type { Context } from '../../context.ts';
import { type Account, onAccount } from '../../database/account.ts';
import { createSlots } from '../../load/slots.ts';
import type { ConnectionLimits } from '../live/connectionLimits.ts';
import { unexpected } from './clientError.ts';

/** The most operations of one account that wait. Further ones are BUSY at once. */
const MAX_WAITING = 1_000;

/**
 * Executes a limited number of operations of one account at once, on that account. So neither the event loop nor the
 * database has much to do for one organization before it can serve another.
 */
export function useAccount({
  operationsPerAccount,
  operationWaitMs,
}: Pick<ConnectionLimits, 'operationsPerAccount' | 'operationWaitMs'>): Plugin<Context> {
  const slots = createSlots({
    total: Number.POSITIVE_INFINITY,
    perKey: operationsPerAccount,
    maxWaiting: MAX_WAITING,
  });

  async function execute(executeFn: (args: ExecutionArgs) => unknown, args: ExecutionArgs) {
    const { viewer, requestId, log } = args.contextValue as Context;
    const account = accountOf(viewer);
    let giveBack: () => void;
    try {
      giveBack = await slots.take(account.name, operationWaitMs);
    } catch (error) {
      return { errors: [unexpected(error, requestId, log)] };
    }
    try {
      return await onAccount(account, () => executeFn(args));
    } finally {
      giveBack();
    }
  }

  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => execute(executeFn, args));
    },
  };
}

/** Every token of an organization uses its account. A token of all organizations uses the person's. */
function accountOf({ organizationId, id }: Viewer): Account {
  return { name: organizationId ?? id };
}
