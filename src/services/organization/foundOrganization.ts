import { z } from 'zod';
import type { Database } from '../../database/db.ts';
import { violatedConstraint } from '../../database/sqlError.ts';
import { SlugTakenError } from '../../errors/errors.ts';
import { email, line, validate } from '../act/input.ts';
import { grantRepositories } from '../repositoryGrant/repositoryGrant.ts';
import { issueToken } from './issueToken.ts';
import { createOrganizationInput, insertOrganization } from './organization.ts';
import { findOrCreateUser } from './user.ts';

export const foundOrganizationInput = createOrganizationInput.extend({
  ownerEmail: email,
  /** The name of an owner whom Muster does not know yet. */
  ownerName: line(1, 100),
  /** The repositories that the organization may ask their hosts about. */
  scopes: z.array(z.string()),
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
  const { slug, name, ownerEmail, ownerName, scopes } = validate(foundOrganizationInput, input);
  const actor = { kind: 'SYSTEM', id: null, name: 'command line' } as const;
  const author = { viewer: actor, requestId: null };
  try {
    return await db.transact({ actor, requestId: null }, async (tx) => {
      const owner = await findOrCreateUser(tx, { email: ownerEmail, name: ownerName });
      const organizationId = await insertOrganization(tx, { slug, name, ownerId: owner.id });
      await grantRepositories(tx, author, organizationId, scopes);
      const secret = await issueToken(tx, { userId: owner.id, label: 'command line' });
      return { organizationId, isNewOwner: owner.isNew, secret };
    });
  } catch (error) {
    if (violatedConstraint(error) === 'organization_slug_key') throw new SlugTakenError(slug);
    throw error;
  }
}
