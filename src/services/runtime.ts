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

/** Each call ends within the runtime's own time limit. @throws RuntimeError */
export type Runtime = {
  /** With `none` there are no containers: an agent is RUNNING as soon as it is hired, and nothing else is ever called. */
  readonly kind: 'none' | 'exec';
  /**
   * Starts the agent's container, with a token for it to act by, and answers what to call it. Asked again, after a
   * crash say, it answers the container there is.
   */
  start(agent: RuntimeAgent, token: string): Promise<{ containerRef: string }>;
  /** Stops it, with time to finish. One that is gone, or has ended, is stopped. */
  stop(agent: RuntimeAgent, containerRef: string): Promise<void>;
  /** Removes it. One that is gone is removed. */
  remove(agent: RuntimeAgent, containerRef: string): Promise<void>;
  inspect(agent: RuntimeAgent, containerRef: string): Promise<ContainerState>;
};

/** A runtime that did not do as it was asked; what it printed, bounded, is in the message. */
export class RuntimeError extends Error {}
