import type { SharedResult, SharedResults } from '../../../context.ts';

/** @returns undefined when there are none. */
export function sharedResults(all: readonly SharedResult[]): SharedResults | undefined {
  const last = all.at(-1);
  return last && { all, last, bytes: all.reduce((sum, { body }) => sum + body.length, 0) };
}
