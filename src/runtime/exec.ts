/**
 * Runs containers through a program, called as `PROGRAM start|stop|remove|inspect` with the agent as JSON on its standard
 * input. docs/runtime.md specifies the contract.
 */
import {
  type ContainerState,
  type Runtime,
  type RuntimeAgent,
  RuntimeError,
} from '../services/port/runtime.ts';
import { type ProgramResult, runProgram } from './program.ts';

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

/** The exit code for a container that does not exist. */
const NO_SUCH_CONTAINER = 3;

const MAX_REFERENCE_CHARACTERS = 500;
/** How much of the program's last line an error message quotes. The error's `output` has the rest. */
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
  ): Promise<ProgramResult> {
    const ended = await runProgram({ program, verb, input, environment, ...options });
    if (ended.code === 0 || (ended.code === NO_SUCH_CONTAINER && verb !== 'start')) return ended;
    const how = ended.code === null ? `was ended by ${ended.killedBy}` : `ended with code ${ended.code}`;
    const line = lastLine(ended.output).slice(0, MAX_LINE_CHARACTERS);
    throw new RuntimeError(`${verb} ${how}${line ? `: ${line}` : '.'}`, ended.output);
  }

  return {
    kind: 'exec',

    async start(agent, token, signal) {
      const input = { ...inputOf(agent), workspace: agent.workspace ?? null, token, url: url?.() };
      const { stdout, output } = await call('start', input, { timeoutMs: startMs, signal, secret: token });
      const containerRef = lastLine(stdout);
      if (!isReference(containerRef)) {
        throw new RuntimeError('start did not print the reference of a container as its last line.', output);
      }
      return { containerRef, output };
    },

    async stop(agent, containerRef, signal) {
      const timeoutMs = stopGraceSeconds * 1000 + stopMarginMs;
      return await call('stop', { ...inputOf(agent), containerRef, stopGraceSeconds }, { timeoutMs, signal });
    },

    async remove(agent, containerRef, signal) {
      return await call('remove', { ...inputOf(agent), containerRef }, { timeoutMs: removeMs, signal });
    },

    async inspect(agent, containerRef, signal) {
      const ended = await call(
        'inspect',
        { ...inputOf(agent), containerRef },
        { timeoutMs: inspectMs, signal },
      );
      if (ended.code === NO_SUCH_CONTAINER) return 'GONE';
      const state = STATES[lastLine(ended.stdout)];
      if (!state) throw new RuntimeError('inspect did not print running, exited or gone.', ended.output);
      return state;
    },
  };
}

/** The fields of an agent that the program may see. */
function inputOf({ id, organizationId, name, role, config }: RuntimeAgent): RuntimeAgent {
  return { id, organizationId, name, role, config };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** Unprintable characters have been replaced in the output, so a reference that contains one is refused. */
function isReference(text: string): boolean {
  return text.length > 0 && text.length <= MAX_REFERENCE_CHARACTERS && !/[\t�]/.test(text);
}
