import { z } from 'zod';
import { authorizeEverywhere } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { violatedConstraint } from '../../database/sqlError.ts';
import { SlugTakenError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, slug, validate } from '../act/input.ts';

export const createOrganizationInput = z.object({ slug, name: line(1, 100) });

const result = z.object({ organizationId: z.guid() });
export type CreatedOrganization = z.output<typeof result>;

/**
 * Creates an organization with the viewer as its OWNER.
 * @throws SlugTakenError
 */
export async function createOrganization(act: Act, input: z.input<typeof createOrganizationInput>) {
  const { slug, name } = validate(createOrganizationInput, input);
  try {
    return await perform(act, {
      organizationId: null,
      result,
      authorize: authorizeEverywhere,
      async write(tx) {
        return { organizationId: await insertOrganization(tx, { slug, name, ownerId: act.viewer.id }) };
      },
    });
  } catch (error) {
    if (violatedConstraint(error) === 'organization_slug_key') throw new SlugTakenError(slug);
    throw error;
  }
}

/** Creates an organization with an OWNER, and returns its id. */
export async function insertOrganization(
  tx: Tx,
  { ownerId, ...organization }: { id?: string; slug: string; name: string; ownerId: string },
): Promise<string> {
  const { id: organizationId } = await tx.organization.create({ data: organization });
  await tx.membership.create({ data: { organizationId, userId: ownerId, role: 'OWNER' } });
  return organizationId;
}
