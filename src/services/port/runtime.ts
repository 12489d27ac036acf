/** The port to where the containers of agents run. `src/runtime/` has two adapters of it: none, and a program to call. */

/** What a runtime learns of the agent whose container it is asked about. */
export type RuntimeAgent = {
  id: string;
  organizationId: string;
  name: string;
  role: string;
  config: unknown;
};

export type ContainerState = 'RUNNING' | 'EXITED' | 'GONE';

/**
 * Each call ends within the runtime's own time limit, or soon after its signal is aborted, and answers what the runtime
 * had to say, bounded and without the token. @throws RuntimeError
 */
export type Runtime = {
  /** With `none` there are no containers: an agent is RUNNING as soon as it is hired, and nothing else is ever called. */
  readonly kind: 'none' | 'exec';
  /**
   * Starts the agent's container, with a token for it to act by, and answers what to call it. Asked again, after a
   * crash say, it leaves one container all the same, with the token of the last call: earlier ones are good for nothing.
   */
  start(
    agent: RuntimeAgent,
    token: string,
    signal?: AbortSignal,
  ): Promise<{ containerRef: string; output: string }>;
  /**
   * Stops it, with time to finish. One that is gone, or has ended, is stopped. Without a reference, that of the agent, if
   * there is one.
   */
  stop(agent: RuntimeAgent, containerRef: string | null, signal?: AbortSignal): Promise<{ output: string }>;
  /** Removes it. One that is gone is removed. Without a reference, as above. */
  remove(agent: RuntimeAgent, containerRef: string | null, signal?: AbortSignal): Promise<{ output: string }>;
  inspect(agent: RuntimeAgent, containerRef: string, signal?: AbortSignal): Promise<ContainerState>;
};

/** A runtime that did not do as it was asked. */
export class RuntimeError extends Error {
  /** What it printed; the last of it, when it was much. */
  readonly output: string;

  constructor(message: string, output = '') {
    super(message);
    this.name = 'RuntimeError';
    this.output = output;
  }
}
