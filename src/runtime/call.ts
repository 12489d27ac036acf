/** Calls the program of the runtime, and says what its exit means. docs/runtime.md specifies the contract. */
import { RuntimeError } from '../services/port/runtime.ts';
import { type ProgramResult, runProgram } from './program.ts';

export type Call = (
  verb: string,
  input: object,
  options: {
    timeoutMs: number;
    signal?: AbortSignal;
    secret?: string;
    /** Whether it is a success that the container or checkout does not exist. */
    mayBeGone?: boolean;
  },
) => Promise<ProgramResult>;

/** The exit code for a container or checkout that does not exist. */
const GONE = 3;

const MAX_REFERENCE_CHARACTERS = 500;
/** How much of the program's last line an error message quotes. The error's `output` has the rest. */
const MAX_LINE_CHARACTERS = 300;

export function callerOf(program: string, environment: Readonly<Record<string, string>>): Call {
  return async (verb, input, { mayBeGone = false, ...options }) => {
    const ended = await runProgram({ program, verb, input, environment, ...options });
    if (ended.code === 0 || (mayBeGone && isGone(ended))) return ended;
    const how = ended.code === null ? `was ended by ${ended.killedBy}` : `ended with code ${ended.code}`;
    const line = lastLine(ended.output).slice(0, MAX_LINE_CHARACTERS);
    throw new RuntimeError(`${verb} ${how}${line ? `: ${line}` : '.'}`, ended.output);
  };
}

export function isGone({ code }: ProgramResult): boolean {
  return code === GONE;
}

/** The reference that the program printed as its last line. */
export function referenceIn({ stdout, output }: ProgramResult, verb: string, noun: string): string {
  const reference = lastLine(stdout);
  // Unprintable characters have been replaced in the output, so a reference that contains one is refused.
  if (reference.length > 0 && reference.length <= MAX_REFERENCE_CHARACTERS && !/[\t�]/.test(reference)) {
    return reference;
  }
  throw new RuntimeError(`${verb} did not print the reference of a ${noun} as its last line.`, output);
}

export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
