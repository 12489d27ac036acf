/** Asks for as much of a pull request as GitHub can return. */
import type { z } from 'zod';
import type { GitHubClient } from './client.ts';
import { unknownFieldsOf } from './failures.ts';
import { isExtra, partOf, queryWithout } from './partialQuery.ts';

/** One read of a pull request. */
export type LenientRead = {
  ask: GitHubClient;
  deadline: AbortSignal;
  /** The fields that this server does not have. Shared by all reads from it. */
  missing: Set<string>;
  /** The fields of the pull request that were not returned as a whole. */
  lost: Set<string>;
};

type Answer = { repository: { pullRequest: object | null } | null };

/**
 * The answer without what GitHub cannot return. A field that the server does not have, or an unimportant one that it cannot
 * return, is left out and the rest asked for again. An error in a required field takes the whole pull request with it, and
 * it is asked for again without the field. Each repetition leaves something out, so there are few.
 */
export async function askLeniently<Shape extends z.ZodType<Answer>>(
  { ask, deadline, missing, lost }: LenientRead,
  query: string,
  variables: Record<string, unknown>,
  shape: Shape,
): Promise<z.output<Shape>> {
  const left = new Set([...missing, ...lost]);
  for (;;) {
    const before = left.size;
    try {
      const { data, faults } = await ask(queryWithout(query, left), variables, shape, deadline);
      const paths = faults.map(({ path = [] }) => path.filter((key) => typeof key === 'string'));
      const extras = paths.flatMap((path) => path.slice(-1)).filter((name) => isExtra(name) && !partOf(name));
      for (const name of extras) left.add(name);
      if (left.size > before) continue;
      // The field of the pull request, in which the error is.
      const fields = paths.flatMap((path) => path.slice(2, 3)).filter((name) => partOf(name) !== null);
      for (const name of fields) lost.add(name);
      if (data.repository?.pullRequest || fields.length === 0) return data;
      for (const name of fields) left.add(name);
      if (left.size === before) return data;
    } catch (failure) {
      const unknown = unknownFieldsOf(failure).filter((name) => isExtra(name) || partOf(name) !== null);
      for (const name of unknown) {
        missing.add(name);
        left.add(name);
      }
      if (left.size === before) throw failure;
    }
  }
}
