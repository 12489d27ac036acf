/** The account on which an operation uses the database. */
import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Viewer } from '../../auth/viewer.ts';
import type { Context } from '../../context.ts';
import { type Account, onAccount } from '../../database/account.ts';

/** Operations take turns by organization, so that one organization's load does not delay the others. */
export function useAccount(): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) =>
        onAccount(accountOf((args.contextValue as Context).viewer), () => executeFn(args)),
      );
    },
  };
}

/** Every token of an organization uses its account. A token of all organizations uses the person's. */
function accountOf({ organizationId, id }: Viewer): Account {
  return { name: organizationId ?? id };
}
