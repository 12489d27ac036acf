import type { Config } from '../config.ts';
import { openDatabase } from '../db.ts';
import { InvalidInputError, SlugTakenError } from '../errors.ts';
import { type FoundedOrganization, foundOrganization } from '../services/organization/foundOrganization.ts';
import { CommandError } from './commandError.ts';
import { withMigratedDatabase } from './databaseOf.ts';

export type OrganizationOptions = { owner: string; name?: string; ownerName?: string };

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
  { owner, name = slug, ownerName = owner.replace(/@.*/s, '') }: OrganizationOptions,
): Promise<void> {
  const { isNewOwner, secret } = await withMigratedDatabase(config, (url) =>
    found(url, { slug, name, ownerEmail: owner, ownerName }),
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
