/** Prints the errors that a server logs: an answer that failed names only its request. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { say } from './figures.ts';

const ERROR_LEVEL = 50;

export function sayErrors({ stdout }: ChildProcess): void {
  if (!stdout) return;
  createInterface({ input: stdout }).on('line', (line) => {
    if ((JSON.parse(line) as { level: number }).level >= ERROR_LEVEL) say(line);
  });
}
