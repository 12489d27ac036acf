import type { z } from 'zod';
import type { Database } from '../../db.ts';
import { SlugTakenError } from '../../errors.ts';
import { violatedConstraint } from '../../sqlError.ts';
import { email, line, validate } from '../act/input.ts';
import { issueToken } from './issueToken.ts';
import { createOrganizationInput, insertOrganization } from './organization.ts';
import { createUser } from './user.ts';

export const foundOrganizationInput = createOrganizationInput.extend({
  ownerEmail: email,
  /** The name of an owner whom Muster does not know yet. */
  ownerName: line(1, 100),
});

export type FoundedOrganization = { organizationId: string; isNewOwner: boolean; secret: string };

/**
 * Creates an organization with an owner who gets a token, in a database that may have no user yet. For the command line:
 * the operator is no viewer.
 *
 * @throws SlugTakenError
 */
export async function foundOrganization(
  db: Pick<Database, 'transact'>,
  input: z.input<typeof foundOrganizationInput>,
): Promise<FoundedOrganization> {
  const { slug, name, ownerEmail, ownerName } = validate(foundOrganizationInput, input);
  const actor = { kind: 'SYSTEM', id: null, name: 'command line' } as const;
  try {
    return await db.transact({ actor, requestId: null }, async (tx) => {
      const known = await tx.user.findUnique({ where: { email: ownerEmail } });
      const owner = known ?? (await createUser(tx, { email: ownerEmail, name: ownerName }));
      const organizationId = await insertOrganization(tx, { slug, name, ownerId: owner.id });
      const secret = await issueToken(tx, { userId: owner.id, label: 'command line' });
      return { organizationId, isNewOwner: known === null, secret };
    });
  } catch (error) {
    if (violatedConstraint(error) === 'organization_slug_key') throw new SlugTakenError(slug);
    throw error;
  }
}
