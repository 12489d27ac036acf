/**
 * Runs containers through a program, called as `PROGRAM start|stop|remove|inspect` with the agent as JSON on its standard
 * input, and checkouts through the same one. docs/runtime.md specifies the contract.
 */
import {
  type ContainerState,
  type Runtime,
  type RuntimeAgent,
  RuntimeError,
} from '../services/port/runtime.ts';
import { callerOf, isGone, lastLine, referenceIn } from './call.ts';
import { execCheckouts } from './execCheckouts.ts';

export type ExecRuntimeOptions = {
  /** A path, or a name to find on the PATH of `environment`. */
  program: string;
  /** The program's whole environment. */
  environment: Readonly<Record<string, string>>;
  /** The API's URL for programs in a container. Read at each start. */
  url?: () => string | undefined;
  /** For tests: other limits. */
  limits?: Partial<ExecLimits>;
};

export type ExecLimits = {
  startMs: number;
  /** How long a container may take to stop. */
  stopGraceSeconds: number;
  /** How long the program may take beyond that. */
  stopMarginMs: number;
  removeMs: number;
  inspectMs: number;
};

/** A start may have to pull an image. */
const LIMITS: ExecLimits = {
  startMs: 300_000,
  stopGraceSeconds: 10,
  stopMarginMs: 20_000,
  removeMs: 60_000,
  inspectMs: 10_000,
};

const STATES: Readonly<Record<string, ContainerState>> = {
  running: 'RUNNING',
  exited: 'EXITED',
  gone: 'GONE',
};

export function execRuntime({ program, environment, url, limits }: ExecRuntimeOptions): Runtime {
  const { startMs, stopGraceSeconds, stopMarginMs, removeMs, inspectMs } = { ...LIMITS, ...limits };

  const call = callerOf(program, environment);

  return {
    kind: 'exec',

    async start(agent, token, signal) {
      const input = { ...inputOf(agent), workspace: agent.workspace ?? null, token, url: url?.() };
      const ended = await call('start', input, { timeoutMs: startMs, signal, secret: token });
      return { containerRef: referenceIn(ended, 'start', 'container'), output: ended.output };
    },

    async stop(agent, containerRef, signal) {
      const timeoutMs = stopGraceSeconds * 1000 + stopMarginMs;
      const input = { ...inputOf(agent), containerRef, stopGraceSeconds };
      return await call('stop', input, { timeoutMs, signal, mayBeGone: true });
    },

    async remove(agent, containerRef, signal) {
      const options = { timeoutMs: removeMs, signal, mayBeGone: true };
      return await call('remove', { ...inputOf(agent), containerRef }, options);
    },

    async inspect(agent, containerRef, signal) {
      const options = { timeoutMs: inspectMs, signal, mayBeGone: true };
      const ended = await call('inspect', { ...inputOf(agent), containerRef }, options);
      if (isGone(ended)) return 'GONE';
      const state = STATES[lastLine(ended.stdout)];
      if (!state) throw new RuntimeError('inspect did not print running, exited or gone.', ended.output);
      return state;
    },

    checkouts: execCheckouts(call),
  };
}

/** The fields of an agent that the program may see. */
function inputOf({ id, organizationId, name, role, config }: RuntimeAgent): RuntimeAgent {
  return { id, organizationId, name, role, config };
}
