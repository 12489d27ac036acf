/** Results of consecutive events that several subscriptions receive. */
import type { Change } from '../../feed/log/change.ts';

/** @property body the JSON of the result. */
export type SharedResult = { readonly change: Change; readonly body: Buffer };

export type SharedResults = {
  readonly all: readonly SharedResult[];
  readonly last: SharedResult;
  /** Of the bodies. */
  readonly bytes: number;
};

/** @returns undefined when there are none. */
export function sharedResults(all: readonly SharedResult[]): SharedResults | undefined {
  const last = all.at(-1);
  return last && { all, last, bytes: all.reduce((sum, { body }) => sum + body.length, 0) };
}
