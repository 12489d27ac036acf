/** People. Each comes with an organization of their own. */
import { randomBytes } from 'node:crypto';
import type { Tx } from '../../db.ts';

/** Makes a user, with the personal organization it owns. */
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

/** Readable, and unique without asking: two people may well be called alike. */
function personalSlug(email: string): string {
  const readable = email
    .replace(/@.*/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return [readable, randomBytes(4).toString('hex')].filter(Boolean).join('-');
}
