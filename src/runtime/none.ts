/** The runtime of an installation without containers: agents run elsewhere. */
import { type Runtime, RuntimeError } from '../services/port/runtime.ts';

export function noRuntime(): Runtime {
  // Called only for an agent whose container was started while a runtime was configured.
  const refuse = async (): Promise<never> => {
    throw new RuntimeError(
      'No runtime is configured: set MUSTER_RUNTIME to the one that started the container.',
    );
  };
  return { kind: 'none', start: refuse, stop: refuse, remove: refuse, inspect: refuse };
}
