/** Reads a page of the stored feed as a connection. */
import type { Context } from '../../context.ts';
import type { ChangesQuery } from '../../feed/feed.ts';
import type { Change } from '../../feed/log/change.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { setwise } from '../../schema/kit/setwise.ts';
import { publicError } from '../kit/publicError.ts';

const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 100;

type Query = Omit<ChangesQuery, 'limit' | 'organizationId'> & { first?: number | null };
type Filter = Omit<Query, 'first' | 'after'>;

/** Every organization has a feed of its own, so each is read by itself, but only once for the same page. */
export const changePage = setwise(
  async (_organizationIds, query: Query, context) => (organizationId) =>
    readPage(organizationId, query, context),
);

async function readPage(organizationId: string, { first, after, ...filter }: Query, context: Context) {
  if (first != null && first < 0) throw badInput('first must not be negative.');
  const size = Math.min(first ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const found = await context.feed
    .changes({ organizationId, after, ...filter, limit: size + 1 })
    .catch((error) => {
      throw publicError(error);
    });
  const page = found.slice(0, size);
  return {
    edges: page.map((node: Change) => ({ cursor: node.cursor, node })),
    pageInfo: {
      hasNextPage: found.length > size,
      // Pages are read forward only, so a query for earlier changes would not pay.
      hasPreviousPage: false,
      startCursor: page[0]?.cursor ?? null,
      endCursor: page.at(-1)?.cursor ?? null,
    },
    totalCount: () => countChanges(organizationId, filter, context),
  };
}

const countChanges = setwise(
  async (organizationIds, { types, entityId, actor, since, until }: Filter, { db }) => {
    const found = await db.prisma.changeLog.groupBy({
      by: ['organizationId'],
      where: {
        organizationId: { in: [...organizationIds] },
        type: types && { in: [...types] },
        entityId,
        actorKind: actor?.kind,
        actorId: actor?.id,
        occurredAt: { gte: since, lt: until },
      },
      _count: true,
    });
    const counts = new Map(found.map((each) => [each.organizationId, each._count]));
    return (organizationId) => counts.get(organizationId) ?? 0;
  },
);
