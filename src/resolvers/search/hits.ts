/** Finds the ids of what a text names in an organization, best first. */
import { Prisma } from '../../../prisma/client/client.ts';
import type { Database } from '../../database/db.ts';
import type { Place } from '../../schema/kit/list/cursor.ts';
import { byNumber, byTime, type Order } from '../../schema/kit/list/order.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import type { PullRequestRef } from '../../services/pullRequest/pullRequestRef.ts';
import type { Terms } from './terms.ts';

export const TYPES = ['Session', 'PullRequest', 'Agent'] as const;
export type Type = (typeof TYPES)[number];

export type Hit = {
  type: Type;
  id: string;
  /** How well it matches. 0: it has the name or number. 1: one of its texts is the query. 2: one of its words begins so. */
  rank: number;
  foundAt: Date;
};

export const BEST_FIRST: Order = { name: 'SEARCH', by: [byNumber('rank'), byTime('foundAt')] };

const { sql, raw } = Prisma;

/** The texts of each type. The indexes of the search are on `search_text` of the same columns. */
const TEXTS: Record<Type, { table: string; time: string; columns: string[] }> = {
  Session: { table: 'session', time: 'created_at', columns: ['display_name', 'branch'] },
  PullRequest: {
    table: 'pull_request',
    time: 'created_at',
    columns: ['title', 'author', 'source_branch'],
  },
  Agent: { table: 'agent', time: 'hired_at', columns: ['name', 'role'] },
};

export type Page = { limit: number; isBackwards: boolean; after?: Place; before?: Place };

export async function findHits(
  { prisma }: Database,
  organizationId: string,
  terms: Terms,
  types: readonly Type[],
  { limit, isBackwards, after, before }: Page,
): Promise<Hit[]> {
  const direction = raw(isBackwards ? 'DESC' : 'ASC');
  const opposite = raw(isBackwards ? 'ASC' : 'DESC');
  const beyond = [...(after ? [past(after, '>', '<')] : []), ...(before ? [past(before, '<', '>')] : [])];
  return await prisma.$queryRaw<Hit[]>`
    SELECT type, id, rank, found_at AS "foundAt" FROM (${hits(organizationId, terms, types)}) hit
     WHERE ${Prisma.join([sql`true`, ...beyond], ' AND ')}
     ORDER BY rank ${direction}, found_at ${opposite}, id ${opposite}
     LIMIT ${limit}`;
}

export async function countHits(
  { prisma }: Database,
  organizationId: string,
  terms: Terms,
  types: readonly Type[],
): Promise<number> {
  const [row] = await prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (${hits(organizationId, terms, types)}) hit`;
  return row?.count ?? 0;
}

/** The condition for what stands beyond a place: with a greater rank, or with the same and an earlier time. */
function past([rank, foundAt, id]: Place, worse: '<' | '>', earlier: '<' | '>'): Prisma.Sql {
  return sql`(rank ${raw(worse)} ${rank}::int OR rank = ${rank}::int
    AND (found_at, id) ${raw(earlier)} (${foundAt}::timestamptz, ${id}::uuid))`;
}

/** Each object once, with its best rank. Each part has an index of its own, which an OR would not use. */
function hits(organizationId: string, terms: Terms, types: readonly Type[]): Prisma.Sql {
  const parts = types.map((type) => byText(organizationId, type, terms));
  if (terms.session && types.includes('Session')) parts.push(byName(organizationId, terms.session));
  if (terms.pullRequest && types.includes('PullRequest')) {
    parts.push(byReference(organizationId, terms.pullRequest));
  }
  return sql`
    SELECT type, id, min(rank) AS rank, found_at FROM (${Prisma.join(parts, ' UNION ALL ')}) part
     GROUP BY type, id, found_at`;
}

function byText(organizationId: string, type: Type, { text, words }: Terms): Prisma.Sql {
  const { table, time, columns } = TEXTS[type];
  const searched = raw(`search_text(${columns.join(', ')}) COLLATE "C"`);
  const isText = columns.map((column) => sql`ascii_lower(${raw(column)}) = ${text} COLLATE "C"`);
  const hasWords = words.map((word) => sql`${searched} LIKE ${patternOf(word)}`);
  return sql`
    SELECT ${type} AS type, id, ${raw(time)} AS found_at,
           CASE WHEN ${Prisma.join(isText, ' OR ')} THEN 1
                WHEN ${searched} LIKE ${`% ${escaped(text)}%`} THEN 2 ELSE 3 END AS rank
      FROM ${raw(table)}
     WHERE organization_id = ${organizationId}::uuid AND ${Prisma.join(hasWords, ' AND ')}`;
}

/** The index knows no part of a text that is shorter than three characters, except the beginning of a word. */
function patternOf(word: string): string {
  return [...word].length < 3 ? `% ${escaped(word)}%` : `%${escaped(word)}%`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

function byName(organizationId: string, { slug, num }: { slug: string; num: number }): Prisma.Sql {
  return sql`
    SELECT 'Session', s.id, s.created_at, 0 FROM session s JOIN project p ON p.id = s.project_id
     WHERE s.organization_id = ${organizationId}::uuid AND p.organization_id = s.organization_id
       AND p.slug = ${slug} AND s.num = ${num}`;
}

/** \`owner/repo#142\` names no host: it is found on every one. */
function byReference(organizationId: string, { repository, number }: PullRequestRef): Prisma.Sql {
  const { host, repoOwnerKey, repoNameKey } = repository
    ? keyOf({ host: repository.host ?? '', owner: repository.owner, repo: repository.name, number })
    : {};
  const columns = { host: host || undefined, repo_owner_key: repoOwnerKey, repo_name_key: repoNameKey };
  const conditions = Object.entries(columns)
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql`AND ${raw(column)} = ${value}`);
  return sql`
    SELECT 'PullRequest', id, created_at, 0 FROM pull_request
     WHERE organization_id = ${organizationId}::uuid AND number = ${number}
       ${conditions.length > 0 ? Prisma.join(conditions, ' ') : Prisma.empty}`;
}
