/** Reads a page of the stored feed as a connection. */
import type { Context } from '../../context.ts';
import type { Change } from '../../feed/log/change.ts';
import type { ChangeFilter } from '../../feed/log/filter.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../schema/kit/builder.ts';
import { setwise } from '../../schema/kit/setwise.ts';
import { publicError } from '../kit/publicError.ts';

type Paging = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
};
type Query = { page: Paging; filter: ChangeFilter };

/** Every organization has a feed of its own, so each is read by itself, but only once for the same page. */
export const changePage = setwise(
  async (_organizationIds, query: Query, context) => (organizationId) =>
    readPage(organizationId, query, context),
);

async function readPage(organizationId: string, { page, filter }: Query, context: Context) {
  const { first, last, after, before } = page;
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  // A page between two cursors begins at the first of them.
  const isBackward = last != null || (before != null && first == null && after == null);
  const size = Math.min(last ?? first ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  if (size < 0) throw badInput('`first` and `last` must not be negative.');
  const range = { after: after ?? undefined, before: before ?? undefined };
  const found = await context.feed
    .changes({ organizationId, ...filter, ...range, limit: size + 1, isBackward })
    .catch((error) => {
      throw publicError(error);
    });
  const hasMore = found.length > size;
  const changes = isBackward && hasMore ? found.slice(1) : found.slice(0, size);
  return {
    edges: changes.map((node: Change) => ({ cursor: node.cursor, node })),
    pageInfo: {
      hasNextPage: isBackward ? before != null : hasMore,
      hasPreviousPage: isBackward ? hasMore : after != null,
      startCursor: changes[0]?.cursor ?? null,
      endCursor: changes.at(-1)?.cursor ?? null,
    },
    totalCount: () => countChanges(organizationId, filter, context),
  };
}

const countChanges = setwise(
  async (organizationIds, { types, entityId, actor, about, since, until }: ChangeFilter, { db }) => {
    const found = await db.prisma.changeLog.groupBy({
      by: ['organizationId'],
      where: {
        organizationId: { in: [...organizationIds] },
        type: types && { in: [...types] },
        entityId,
        actorKind: actor?.kind,
        actorId: actor?.id,
        subjects: about && { hasEvery: [...about] },
        occurredAt: { gte: since, lt: until },
      },
      _count: true,
    });
    const counts = new Map(found.map((each) => [each.organizationId, each._count]));
    return (organizationId) => counts.get(organizationId) ?? 0;
  },
);
