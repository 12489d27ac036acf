/** Finds and creates people. Each has a personal organization. Only the operator creates people. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { email, line } from '../act/input.ts';

/** Creates a user and the personal organization that it owns. */
export async function createUser(
  tx: Tx,
  input: { email: string; name: string },
): Promise<{ id: string; personalOrganizationId: string }> {
  const organization = await tx.organization.create({
    data: { slug: personalSlug(input.email), name: input.name },
  });
  const user = await tx.user.create({ data: { ...input, personalOrganizationId: organization.id } });
  await tx.membership.create({ data: { organizationId: organization.id, userId: user.id, role: 'OWNER' } });
  return user;
}

export const personInput = z.object({ email, name: line(1, 100).optional() });

/**
 * The person with an e-mail address, who is created when there is none. Two calls for one address run one after another.
 * @throws InvalidInputError when the person is unknown and has no name
 */
export async function findOrCreateUser(
  tx: Tx,
  { email, name }: { email: string; name?: string },
): Promise<{ id: string; isNew: boolean }> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`user:${email}`}, 0))`;
  const user = await tx.user.findUnique({ where: { email } });
  if (user) return { id: user.id, isNew: false };
  if (name === undefined) {
    throw new InvalidInputError([{ path: 'name', message: 'must be given for a person without an account' }]);
  }
  const { id } = await createUser(tx, { email, name });
  return { id, isNew: true };
}

/** Readable. The random suffix keeps it unique, because two people may have the same name. */
function personalSlug(email: string): string {
  const readable = email
    .replace(/@.*/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return [readable, randomBytes(4).toString('hex')].filter(Boolean).join('-');
}
