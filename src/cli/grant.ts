import type { Config } from '../config/config.ts';
import {
  grantedScopes,
  grantRepositories,
  revokeRepositories,
} from '../services/repositoryGrant/repositoryGrant.ts';
import { parseScope } from '../services/repositoryGrant/scope.ts';
import { CommandError } from './commandError.ts';
import { asOperator, organizationOf } from './operator.ts';

/** Grants repositories to an organization, or takes grants back, and prints what is granted. */
export async function grantCommand(
  config: Config,
  slug: string,
  repositories: string[],
  { revoke }: { revoke?: boolean },
): Promise<void> {
  if (revoke && repositories.length === 0)
    throw new CommandError('--revoke takes the repositories to revoke.');
  const scopes = repositories.map(scopeOf);
  const granted = await asOperator(config, async (tx, author) => {
    const { id } = await organizationOf(tx, slug);
    if (revoke) assertRevoked(scopes, await revokeRepositories(tx, author, id, scopes));
    else await grantRepositories(tx, author, id, scopes);
    return await grantedScopes(tx, id);
  });
  if (granted.length === 0) console.log(`No repository is granted to ${slug}.`);
  else console.log(granted.join('\n'));
}

/** @throws CommandError */
export function scopeOf(repository: string): string {
  const scope = parseScope(repository);
  if (scope !== undefined) return scope;
  throw new CommandError(
    `${JSON.stringify(repository)} names no repositories. Write <host>/<owner>/<repo> for one, <host>/<owner> for all of an owner, <host> for all of a host, or "*".`,
  );
}

function assertRevoked(asked: string[], revoked: string[]): void {
  const missing = asked.filter((scope) => !revoked.includes(scope));
  if (missing.length > 0) throw new CommandError(`Not granted: ${missing.join(', ')}. Nothing was revoked.`);
}
