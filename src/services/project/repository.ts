/** Repositories as people and remotes write them. */

export type Repository = {
  /** Lower-case, with the port of its web pages where that is not the usual one. */
  host: string;
  owner: string;
  name: string;
};

/** `git@github.com:owner/name.git`: what git takes for ssh, though it is no URL. It has no place for a password. */
const SCP_LIKE = /^(?:[^@:/\s]+@)?([^:/\s]+):(?!\/)(\S+)$/;
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;
/** Other names that hosts answer to. */
const ALIASES: Record<string, string> = { 'www.github.com': 'github.com', 'ssh.github.com': 'github.com' };
const WEB_PROTOCOLS = ['https:', 'http:'];
const GIT_PROTOCOLS = ['ssh:', 'git:', 'git+ssh:'];

/** The repository behind a clone URL (https, ssh or scp-like), undefined when it names none. */
export function parseRepositoryUrl(raw: string): Repository | undefined {
  const trimmed = raw.trim();
  if (URL.canParse(trimmed) && trimmed.includes('://')) {
    const { protocol, host, hostname, pathname, search, hash } = new URL(trimmed);
    // No part of where a repository is, and a place where people put tokens.
    if (search || hash) return undefined;
    if (WEB_PROTOCOLS.includes(protocol)) return fromPath(host, pathname);
    // Where its ssh listens says nothing of where its pages are.
    return GIT_PROTOCOLS.includes(protocol) ? fromPath(hostname, pathname) : undefined;
  }
  const [, host, path] = SCP_LIKE.exec(trimmed) ?? [];
  return host && path ? fromPath(host, path) : undefined;
}

/** Whether a clone URL carries a secret: a password, or what stands where a web host takes a token. */
export function hasCredentials(raw: string): boolean {
  if (!URL.canParse(raw.trim())) return false;
  const { protocol, username, password } = new URL(raw.trim());
  return password !== '' || (WEB_PROTOCOLS.includes(protocol) && username !== '');
}

function fromPath(host: string, path: string): Repository | undefined {
  const [owner, name] = path.split('/').filter(Boolean);
  return host && owner && name ? newRepository(host, owner, name) : undefined;
}

/** Undefined when owner or name are none that a host would allow. */
export function newRepository(host: string, owner: string, rawName: string): Repository | undefined {
  const name = rawName.replace(/\.git$/i, '');
  if (!OWNER.test(owner) || !NAME.test(name) || /^\.+$/.test(name)) return undefined;
  return { host: ALIASES[host.toLowerCase()] ?? host.toLowerCase(), owner, name };
}

/** Whether two spellings mean one repository. */
export function isSameRepository(a: Repository, b: Repository): boolean {
  return (
    a.host === b.host &&
    a.owner.toLowerCase() === b.owner.toLowerCase() &&
    a.name.toLowerCase() === b.name.toLowerCase()
  );
}
