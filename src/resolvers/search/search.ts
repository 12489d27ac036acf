import { brandWithType } from '@pothos/core';
import type { Context } from '../../context.ts';
import { builder } from '../../schema/index.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../schema/kit/builder.ts';
import { placeOf } from '../../schema/kit/list/cursor.ts';
import { rowOf } from '../../schema/kit/rowLoader.ts';
import { SearchType } from '../../schema/search/searchType.ts';
import { BEST_FIRST, countHits, findHits, type Hit, TYPES } from './hits.ts';
import { MAX_QUERY_LENGTH, parseTerms } from './terms.ts';

builder.prismaObjectFields('Organization', (t) => ({
  search: t.connection({
    type: builder.nodeInterfaceRef(),
    description: `The sessions, pull requests and agents that a text names. Each word of the text must occur in one of the object's texts; a word of one or two characters, at the beginning of a word. The letter case of A to Z does not matter.

The order is:

1. the session with the name (\`rocket-3\`), and the pull requests with the number (\`142\`, \`#142\`), the reference (\`owner/repo#142\`) or the URL;
2. objects one of whose texts is the query;
3. objects one of whose texts has the query at the beginning of a word;
4. others;

and within each, newest first.`,
    args: {
      query: t.arg.string({
        required: true,
        description: `The text, 1 to ${MAX_QUERY_LENGTH} characters.`,
      }),
      types: t.arg({ type: [SearchType], description: 'Only objects of these types. Default: all.' }),
    },
    extensions: { listOrder: () => BEST_FIRST },
    async resolve({ id }, { query, types, first, last, after, before }, context) {
      const terms = parseTerms(query);
      const wanted = TYPES.filter((type) => types?.includes(type) ?? true);
      const isBackwards = last != null;
      const size = Math.min(last ?? first ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
      if (size < 0) throw badInput('`first` and `last` must not be negative.');
      const hits =
        wanted.length === 0
          ? []
          : await findHits(context.db, id, terms, wanted, {
              limit: size + 1,
              isBackwards,
              after: after == null ? undefined : placeOf(after, BEST_FIRST),
              before: before == null ? undefined : placeOf(before, BEST_FIRST),
            });
      const page = hits.slice(0, size);
      if (isBackwards) page.reverse();
      const hasMore = hits.length > size;
      return {
        edges: await edgesOf(context, page),
        pageInfo: {
          hasNextPage: isBackwards ? before != null : hasMore,
          hasPreviousPage: isBackwards ? hasMore : after != null,
          startCursor: null,
          endCursor: null,
        },
        totalCount: () => (wanted.length === 0 ? 0 : countHits(context.db, id, terms, wanted)),
      };
    },
  }),
}));

/** The rows of the hits, with the values that their cursors are made from. A row that was deleted meanwhile is left out. */
async function edgesOf(context: Context, hits: Hit[]) {
  const rows = await Promise.all(
    hits.map(async ({ type, id, rank, foundAt }) => {
      const row = await rowOf(context, type, {}, id);
      if (!row) return null;
      const node = { ...row, rank, foundAt };
      brandWithType(node, type as never);
      return { cursor: '', node: node as never };
    }),
  );
  return rows.filter((edge) => edge !== null);
}
