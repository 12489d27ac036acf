/** Creates people. Each has a personal organization. */
import { randomBytes } from 'node:crypto';
import type { Tx } from '../../db.ts';

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

/** Readable. The random suffix keeps it unique, because two people may have the same name. */
function personalSlug(email: string): string {
  const readable = email
    .replace(/@.*/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return [readable, randomBytes(4).toString('hex')].filter(Boolean).join('-');
}
