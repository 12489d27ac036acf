/** Agents without containers: whoever runs them does so by themselves. */
import { type Runtime, RuntimeError } from '../services/port/runtime.ts';

export function noRuntime(): Runtime {
  // An agent without a container is never started, stopped or looked at. One of a time when there was a runtime can't be.
  const refuse = async (): Promise<never> => {
    throw new RuntimeError(
      'No runtime is configured: set MUSTER_RUNTIME to the one that started the container.',
    );
  };
  return { kind: 'none', start: refuse, stop: refuse, remove: refuse, inspect: refuse };
}
