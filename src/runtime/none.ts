/** The runtime of an installation without containers: agents run elsewhere. */
import { type Runtime, RuntimeError } from '../services/port/runtime.ts';

export function noRuntime(): Runtime {
  // Called only for a container or a checkout that was created while a runtime was configured.
  const refuse = async (): Promise<never> => {
    throw new RuntimeError(
      'No runtime is configured: set MUSTER_RUNTIME to the one that created the container or the checkout.',
    );
  };
  return {
    kind: 'none',
    start: refuse,
    stop: refuse,
    remove: refuse,
    inspect: refuse,
    checkouts: { create: refuse, inspect: refuse, save: refuse, remove: refuse },
  };
}
