/**
 * How the operator names repositories: `github.com/acme/rocket` is one, `github.com/acme` all of an owner, `github.com`
 * all of a host, and `*` all of every host. Stored in lower case.
 */
import { asciiLower } from '../../value/asciiLower.ts';
import type { Repository } from '../project/repository.ts';
import { newRepository } from '../project/repository.ts';

const EVERY_HOST = '*';

/** The stored form of a scope, as people write it: `github.com/acme/*` is `github.com/acme`. Undefined when it is none. */
export function parseScope(raw: string): string | undefined {
  const scope = raw.trim().replace(/\/\*$/, '').replace(/\/$/, '');
  if (scope === EVERY_HOST) return scope;
  const parts = scope.split('/');
  const [host = '', owner = 'any', name = 'any'] = parts;
  if (parts.length > 3 || !isHost(host)) return undefined;
  const repository = newRepository(host, owner, name);
  return repository && scopesOf(repository)[parts.length];
}

function isHost(host: string): boolean {
  const origin = `https://${host}`;
  return !host.includes(EVERY_HOST) && URL.canParse(origin) && new URL(origin).host === asciiLower(host);
}

/** All scopes that hold a repository, the widest first. */
export function scopesOf({ host, owner, name }: Repository): string[] {
  return [EVERY_HOST, host, `${host}/${owner}`, `${host}/${owner}/${name}`].map(asciiLower);
}
