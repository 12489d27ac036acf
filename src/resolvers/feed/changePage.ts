/** Reads a page of the stored feed as a connection. */
import type { Database } from '../../db.ts';
import type { ChangesQuery, Feed } from '../../feed/feed.ts';
import type { Change } from '../../feed/log/change.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { publicError } from '../kit/publicError.ts';

const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 100;

export async function changePage(
  feed: Feed,
  db: Database,
  first: number | null | undefined,
  query: Omit<ChangesQuery, 'limit'>,
) {
  if (first != null && first < 0) throw badInput('first must not be negative.');
  const size = Math.min(first ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const found = await feed.changes({ ...query, limit: size + 1 }).catch((error) => {
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
    totalCount: () =>
      db.prisma.changeLog.count({
        where: {
          organizationId: query.organizationId,
          type: query.types && { in: [...query.types] },
          entityId: query.entityId,
          actorKind: query.actor?.kind,
          actorId: query.actor?.id,
          occurredAt: { gte: query.since, lt: query.until },
        },
      }),
  };
}
