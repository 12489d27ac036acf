import type { MembershipRole } from '../../prisma/client/enums.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../database/db.ts';
import { InvalidInputError, SlugTakenError } from '../errors/errors.ts';
import { addMemberAtOnce } from '../services/organization/addMemberAtOnce.ts';
import { type FoundedOrganization, foundOrganization } from '../services/organization/foundOrganization.ts';
import { CommandError } from './commandError.ts';
import { withMigratedDatabase } from './databaseOf.ts';
import { scopeOf } from './grant.ts';
import { asOperator, organizationOf } from './operator.ts';

export type OrganizationOptions = { owner: string; name?: string; ownerName?: string; grant?: string[] };

export type MemberOptions = { email: string; name?: string; role: MembershipRole };

/** Where the operator writes each part of the input. */
const PLACES: Record<string, string> = {
  slug: 'The slug',
  name: '--name',
  ownerEmail: '--owner',
  ownerName: '--owner-name',
};

/** Prints the token alone to stdout, so that a script can take it. */
export async function createOrganizationCommand(
  config: Config,
  slug: string,
  { owner, name = slug, ownerName = owner.replace(/@.*/s, ''), grant = [] }: OrganizationOptions,
): Promise<void> {
  const scopes = grant.map(scopeOf);
  const { isNewOwner, secret } = await withMigratedDatabase(config, (url) =>
    found(url, { slug, name, ownerEmail: owner, ownerName, scopes }),
  );
  const person = isNewOwner ? 'a new user' : 'a known user';
  console.error(`Created the organization ${slug}, owned by ${owner} (${person}). The owner's token:`);
  console.log(secret);
}

async function found(
  url: string,
  input: Parameters<typeof foundOrganization>[1],
): Promise<FoundedOrganization> {
  const db = openDatabase(url);
  try {
    return await foundOrganization(db, input);
  } catch (error) {
    if (error instanceof SlugTakenError) {
      throw new CommandError(`There is an organization ${input.slug} already.`, { cause: error });
    }
    if (!(error instanceof InvalidInputError)) throw error;
    const faults = error.issues.map(({ path, message }) => `${PLACES[path] ?? path} ${message}.`);
    throw new CommandError(faults.join('\n'), { cause: error });
  } finally {
    await db.close();
  }
}

export async function addMemberCommand(
  config: Config,
  slug: string,
  { email, name, role }: MemberOptions,
): Promise<void> {
  await asOperator(config, async (tx, author) => {
    const { id: organizationId } = await organizationOf(tx, slug);
    await addMemberAtOnce(tx, author, { organizationId, email, name, role });
  });
  console.log(`${email} is a member of ${slug} now, with the role ${role}.`);
}
