/**
 * Containers by way of a program, called as `PROGRAM start|stop|remove|inspect` with the agent as JSON on its standard
 * input. docs/runtime.md is what such a program can rely on, and what it owes.
 */
import {
  type ContainerState,
  type Runtime,
  type RuntimeAgent,
  RuntimeError,
} from '../services/port/runtime.ts';
import { type Ended, runProgram } from './program.ts';

export type ExecRuntimeOptions = {
  /** A path, or a name on the PATH of the environment. */
  program: string;
  /** All that the program finds in its environment. */
  environment: Readonly<Record<string, string>>;
  /** Where the API is, for what runs in a container; asked at each start. */
  url?: () => string | undefined;
  /** For tests: other limits than the usual. */
  limits?: Partial<ExecLimits>;
};

export type ExecLimits = {
  startMs: number;
  /** What a container has to finish in, when it is told to stop. */
  stopGraceSeconds: number;
  /** What the program has beyond that. */
  stopMarginMs: number;
  removeMs: number;
  inspectMs: number;
};

/** A start may have to fetch an image. */
const LIMITS: ExecLimits = {
  startMs: 300_000,
  stopGraceSeconds: 10,
  stopMarginMs: 20_000,
  removeMs: 60_000,
  inspectMs: 10_000,
};

/** By which the program says that there is no such container. */
const NO_SUCH_CONTAINER = 3;

const MAX_REFERENCE_CHARACTERS = 500;
/** How much of the program's last line is part of a message; all that is kept is the error's `output`. */
const MAX_LINE_CHARACTERS = 300;

const STATES: Readonly<Record<string, ContainerState>> = {
  running: 'RUNNING',
  exited: 'EXITED',
  gone: 'GONE',
};

export function execRuntime({ program, environment, url, limits }: ExecRuntimeOptions): Runtime {
  const { startMs, stopGraceSeconds, stopMarginMs, removeMs, inspectMs } = { ...LIMITS, ...limits };

  async function call(
    verb: 'start' | 'stop' | 'remove' | 'inspect',
    input: object,
    options: { timeoutMs: number; signal?: AbortSignal; secret?: string },
  ): Promise<Ended> {
    const ended = await runProgram({ program, verb, input, environment, ...options });
    if (ended.code === 0 || (ended.code === NO_SUCH_CONTAINER && verb !== 'start')) return ended;
    const how = ended.code === null ? `was ended by ${ended.killedBy}` : `ended with code ${ended.code}`;
    const line = lastLine(ended.output).slice(0, MAX_LINE_CHARACTERS);
    throw new RuntimeError(`${verb} ${how}${line ? `: ${line}` : '.'}`, ended.output);
  }

  return {
    kind: 'exec',

    async start(agent, token, signal) {
      const input = { ...told(agent), token, url: url?.() };
      const { stdout, output } = await call('start', input, { timeoutMs: startMs, signal, secret: token });
      const containerRef = lastLine(stdout);
      if (!isReference(containerRef)) {
        throw new RuntimeError('start printed no reference of a container as its last line.', output);
      }
      return { containerRef, output };
    },

    async stop(agent, containerRef, signal) {
      const timeoutMs = stopGraceSeconds * 1000 + stopMarginMs;
      return await call('stop', { ...told(agent), containerRef, stopGraceSeconds }, { timeoutMs, signal });
    },

    async remove(agent, containerRef, signal) {
      return await call('remove', { ...told(agent), containerRef }, { timeoutMs: removeMs, signal });
    },

    async inspect(agent, containerRef, signal) {
      const ended = await call('inspect', { ...told(agent), containerRef }, { timeoutMs: inspectMs, signal });
      if (ended.code === NO_SUCH_CONTAINER) return 'GONE';
      const state = STATES[lastLine(ended.stdout)];
      if (!state) throw new RuntimeError('inspect printed none of running, exited, gone.', ended.output);
      return state;
    },
  };
}

/** No more of an agent than a runtime is to learn, whatever else there is of it. */
function told({ id, organizationId, name, role, config }: RuntimeAgent): RuntimeAgent {
  return { id, organizationId, name, role, config };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** What cannot be printed has been replaced before it came here. */
function isReference(text: string): boolean {
  return text.length > 0 && text.length <= MAX_REFERENCE_CHARACTERS && !/[\t�]/.test(text);
}
