/** Parses repository URLs as people and git remotes write them. */
import { asciiLower } from '../../value/asciiLower.ts';

export type Repository = {
  /** Lower-case. With the port of its web pages, where that is not the default one. */
  host: string;
  owner: string;
  name: string;
};

/** `git@github.com:owner/name.git`: git reads it as ssh. It has no place for a password. */
const SCP_LIKE = /^(?:[^@:/\s]+@)?([^:/\s]+):(?!\/)(\S+)$/;
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;
/** Other names of hosts. */
const ALIASES: Record<string, string> = { 'www.github.com': 'github.com', 'ssh.github.com': 'github.com' };
const WEB_PROTOCOLS = ['https:', 'http:'];
const GIT_PROTOCOLS = ['ssh:', 'git:', 'git+ssh:'];

/** The repository of a clone URL (https, ssh or scp-like). Undefined when the URL names none. */
export function parseRepositoryUrl(raw: string): Repository | undefined {
  const { host, path = '' } = remoteOf(raw) ?? {};
  const [owner, name] = path.split('/').filter(Boolean);
  return host && owner && name ? newRepository(host, owner, name) : undefined;
}

/**
 * The host of an ssh URL, if it has no dot: an alias in the SSH configuration of the person who copied the URL, by which
 * no other machine finds the host.
 */
export function sshAlias(raw: string): string | undefined {
  const { host, isWeb } = remoteOf(raw) ?? {};
  return host && !isWeb && !/[.:]/.test(host) ? host : undefined;
}

/** Undefined for a text that is no URL of a remote. */
function remoteOf(raw: string): { host: string; path: string; isWeb: boolean } | undefined {
  const trimmed = raw.trim();
  if (URL.canParse(trimmed) && trimmed.includes('://')) {
    const { protocol, host, hostname, pathname, search, hash } = new URL(trimmed);
    // Not part of a clone URL, and people put tokens there.
    if (search || hash) return undefined;
    if (WEB_PROTOCOLS.includes(protocol)) return { host, path: pathname, isWeb: true };
    // The port of ssh is not that of the web pages.
    return GIT_PROTOCOLS.includes(protocol) ? { host: hostname, path: pathname, isWeb: false } : undefined;
  }
  const [, host, path] = SCP_LIKE.exec(trimmed) ?? [];
  return host && path ? { host, path, isWeb: false } : undefined;
}

/** Whether a clone URL has a secret: a password, or a user name, where web hosts take a token. */
export function hasCredentials(raw: string): boolean {
  if (!URL.canParse(raw.trim())) return false;
  const { protocol, username, password } = new URL(raw.trim());
  return password !== '' || (WEB_PROTOCOLS.includes(protocol) && username !== '');
}

/** Undefined when no host would allow the owner or the name. */
export function newRepository(host: string, owner: string, rawName: string): Repository | undefined {
  const name = rawName.replace(/\.git$/i, '');
  if (!OWNER.test(owner) || !NAME.test(name) || /^\.+$/.test(name)) return undefined;
  return { host: ALIASES[asciiLower(host)] ?? asciiLower(host), owner, name };
}

/** Whether both are one repository. Letter case does not matter. */
export function isSameRepository(a: Repository, b: Repository): boolean {
  return (
    a.host === b.host &&
    asciiLower(a.owner) === asciiLower(b.owner) &&
    asciiLower(a.name) === asciiLower(b.name)
  );
}
