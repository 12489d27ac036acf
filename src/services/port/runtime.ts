/** The port to the runtime, which runs the containers of agents. `src/runtime/` has two adapters: `none`, and `exec`, which calls a program. */

import type { Checkouts } from './checkout.ts';

/** The agent whose container a call is about. */
export type RuntimeAgent = {
  id: string;
  organizationId: string;
  name: string;
  role: string;
  config: unknown;
};

/** The workspace that an agent works in: what its container is to be made of. */
export type RuntimeWorkspace = {
  id: string;
  /** The names from the root. */
  path: string[];
  role: string | null;
  runtime: string;
  tier: number;
  model: string | null;
  plugins: string[];
  /** Every other key of the org file: prompts, memories, category routing. */
  spec: unknown;
};

export type ContainerState = 'RUNNING' | 'EXITED' | 'GONE';

/**
 * Each call ends within the runtime's own time limit, or soon after its signal is aborted. It returns the runtime's
 * output, bounded and without the token.
 * @throws RuntimeError
 */
export type Runtime = {
  /** With `none` there are no containers: an agent is RUNNING as soon as it is hired, and no method is called. */
  readonly kind: 'none' | 'exec';
  /**
   * Starts the agent's container with a token to act by, and returns a reference to the container. Idempotent: called
   * again, after a crash for example, it leaves one container, with the token of the last call. Earlier tokens are
   * revoked.
   */
  start(
    agent: RuntimeAgent & { workspace?: RuntimeWorkspace | null },
    token: string,
    signal?: AbortSignal,
  ): Promise<{ containerRef: string; output: string }>;
  /**
   * Stops a container gracefully. No-op when it has exited or is gone. Without a reference it stops the agent's
   * container, if there is one.
   */
  stop(agent: RuntimeAgent, containerRef: string | null, signal?: AbortSignal): Promise<{ output: string }>;
  /** Removes a container. No-op when it is gone. Without a reference, as above. */
  remove(agent: RuntimeAgent, containerRef: string | null, signal?: AbortSignal): Promise<{ output: string }>;
  inspect(agent: RuntimeAgent, containerRef: string, signal?: AbortSignal): Promise<ContainerState>;
  /** The checkouts of execution workspaces. */
  readonly checkouts: Checkouts;
};

/** A call of the runtime failed. */
export class RuntimeError extends Error {
  /** What the runtime printed: the end of it, when it is long. */
  readonly output: string;

  constructor(message: string, output = '') {
    super(message);
    this.name = 'RuntimeError';
    this.output = output;
  }
}
