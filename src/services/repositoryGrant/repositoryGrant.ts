/**
 * The repositories that an organization may ask their host about. One token asks for all organizations, so without grants
 * an organization could read what the token may see and its people may not. Only the operator grants, on the command line.
 */
import { Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { RepositoryNotGrantedError } from '../../errors/errors.ts';
import { type Author, recordStructureEvent } from '../act/structureEvent.ts';
import type { Repository } from '../project/repository.ts';
import { scopesOf } from './scope.ts';

export async function isGranted(tx: Tx, organizationId: string, repository: Repository): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT WHERE ${grantExists(organizationId, repository)}`;
  return rows.length > 0;
}

/** The same as a condition, for a statement that does something besides. */
export function grantExists(organizationId: string, repository: Repository): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT FROM repository_grant
     WHERE organization_id = ${organizationId}::uuid AND scope = ANY(${scopesOf(repository)}::text[]))`;
}

/** @throws RepositoryNotGrantedError */
export async function assertGranted(tx: Tx, organizationId: string, repository: Repository): Promise<void> {
  if (!(await isGranted(tx, organizationId, repository))) throw new RepositoryNotGrantedError(repository);
}

/** Grants the repositories of scopes. Returns those that were not granted before. */
export async function grantRepositories(
  tx: Tx,
  author: Author,
  organizationId: string,
  scopes: string[],
): Promise<string[]> {
  const granted = await tx.repositoryGrant.createManyAndReturn({
    data: [...new Set(scopes)].map((scope) => ({ organizationId, scope })),
    skipDuplicates: true,
  });
  return await recorded(tx, author, organizationId, 'repository.granted', granted);
}

/**
 * Takes grants back: the host is asked no more. What was read stays. Only a scope that was granted itself is taken back:
 * a grant of a whole host holds each of its repositories. Returns those that were granted before.
 */
export async function revokeRepositories(
  tx: Tx,
  author: Author,
  organizationId: string,
  scopes: string[],
): Promise<string[]> {
  const where = { organizationId, scope: { in: scopes } };
  const revoked = await tx.repositoryGrant.findMany({ where });
  await tx.repositoryGrant.deleteMany({ where });
  return await recorded(tx, author, organizationId, 'repository.grant_revoked', revoked);
}

/** The granted scopes, in the order of the alphabet. */
export async function grantedScopes(tx: Tx, organizationId: string): Promise<string[]> {
  const grants = await tx.repositoryGrant.findMany({ where: { organizationId }, orderBy: { scope: 'asc' } });
  return grants.map(({ scope }) => scope);
}

async function recorded(
  tx: Tx,
  author: Author,
  organizationId: string,
  type: 'repository.granted' | 'repository.grant_revoked',
  grants: { scope: string }[],
): Promise<string[]> {
  const repositories = grants.map(({ scope }) => scope);
  if (repositories.length > 0) {
    await recordStructureEvent(tx, author, {
      organizationId,
      type,
      subject: { type: 'Organization', id: organizationId },
      payload: { repositories },
    });
  }
  return repositories;
}
