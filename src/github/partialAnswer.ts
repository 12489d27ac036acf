/** Answers in which GitHub returned some fields, and an error for each of the others. */
import type { GraphqlResponseError } from '@octokit/graphql';
import { type Headers, rateLimitWait } from './rateLimit.ts';

/** An error in GitHub's answer. */
export type Fault = {
  type?: string;
  message: string;
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
};

export function faultsOf({ errors }: GraphqlResponseError<unknown>): Fault[] {
  return (errors ?? []) as Fault[];
}

/** Whether GitHub ran out of time or resources over the query. Its errors of that kind often have no type. */
export function isExhaustion({ type, message }: Fault): boolean {
  return type === undefined
    ? /time-?out|timed out/i.test(message)
    : ['RESOURCE_LIMITS_EXCEEDED', 'MAX_NODE_LIMIT_EXCEEDED', 'TIMEOUT'].includes(type);
}

/** The deepest path that says that the pull request itself could not be returned: `repository.pullRequest`. */
const WHOLE = 2;

/**
 * The data without the list items that have an error in them; null when the errors are about the whole answer. A limit that
 * is used up is about the whole answer, whatever its path.
 */
export function partialAnswer(
  failure: GraphqlResponseError<unknown>,
): { data: unknown; faults: readonly Fault[] } | null {
  const faults = faultsOf(failure);
  const headers = failure.headers as Headers;
  if (typeof failure.data !== 'object' || failure.data === null) return null;
  if (rateLimitWait({ status: 200, headers, errors: faults }) !== null || faults.some(isExhaustion))
    return null;
  if (!faults.every(({ path }) => path !== undefined && path.length > WHOLE)) return null;
  const data = structuredClone(failure.data);
  for (const { path = [] } of faults) dropItem(data, path);
  return { data, faults };
}

/** Makes the list item on the path null. The commit on the path stays: its list always has one item. */
function dropItem(data: unknown, path: readonly (string | number)[]): void {
  let list = data;
  for (const [at, key] of path.entries()) {
    if (Array.isArray(list) && path[at - 2] !== 'commits') {
      if (Number(key) in list) list[Number(key)] = null;
      return;
    }
    if (typeof list !== 'object' || list === null) return;
    list = (list as Record<string | number, unknown>)[key];
  }
}
