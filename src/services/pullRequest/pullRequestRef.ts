/** How people name a pull request: by its number, its repository and number, or the URL of one of its pages. */
import { InvalidPrRefError, ProjectNotResolvableError, PrProjectMismatchError } from '../../errors/errors.ts';
import type { PullRequestCoordinates } from '../port/pullRequestSource.ts';
import {
  isSameRepository,
  newRepository,
  parseRepositoryUrl,
  type Repository,
} from '../project/repository.ts';

export type PullRequestRef = {
  /** Absent when the reference is a bare number. `owner/repo#142` names no host. */
  repository?: Omit<Repository, 'host'> & { host?: string };
  number: number;
};

const SHORT = /^(?:([^/\s]+)\/([^/#\s]+))?#([1-9]\d{0,9})$/;
const BARE_NUMBER = /^[1-9]\d{0,9}$/;
/** A pattern instead of `URL`, which would remove line breaks and `..` first and accept other texts. */
const FULL = /^(https:\/\/[^\s/?#\\@]+)(\/[^\s?#]*)(?:[?#].*)?$/i;
/** The pages behind a pull request, as browsers show them. */
const PAGE = /checks|conflicts|commits(?:\/SHA)?|(?:files|changes)(?:\/SHA(?:\.\.SHA)?)?/.source.replaceAll(
  'SHA',
  '[0-9a-f]{4,64}',
);
const PATH = new RegExp(`^/([^/]+)/([^/]+)/pull/([1-9]\\d{0,9})(?:/(?:${PAGE}))?/?$`);
/** The largest value of PostgreSQL's `integer`. */
const MAX_NUMBER = 2 ** 31 - 1;
const DEFAULT_HOST = 'github.com';

/** @throws InvalidPrRefError when the text is none of the forms */
export function parsePullRequestRef(raw: string): PullRequestRef {
  const ref = readPullRequestRef(raw);
  if (!ref) throw new InvalidPrRefError();
  return ref;
}

/** Undefined when the text is none of the forms. */
export function readPullRequestRef(raw: string): PullRequestRef | undefined {
  const ref = readForm(raw.trim());
  return ref && ref.number <= MAX_NUMBER ? ref : undefined;
}

function readForm(ref: string): PullRequestRef | undefined {
  if (BARE_NUMBER.test(ref)) return { number: Number(ref) };
  const short = SHORT.exec(ref);
  if (short) {
    const [, owner, name, number] = short;
    if (!owner || !name) return { number: Number(number) };
    const repository = newRepository(DEFAULT_HOST, owner, name);
    return repository && { repository: { ...repository, host: undefined }, number: Number(number) };
  }
  const [, origin = '', path = ''] = FULL.exec(ref) ?? [];
  const [, owner = '', name = '', number] = PATH.exec(path) ?? [];
  const repository = URL.canParse(origin) ? newRepository(new URL(origin).host, owner, name) : undefined;
  return repository && { repository, number: Number(number) };
}

/** The coordinates in a reference that names a repository, on github.com unless it names a host. */
export function parseQualifiedRef(raw: string): PullRequestCoordinates | undefined {
  const { repository, number } = readPullRequestRef(raw) ?? {};
  if (!repository || !number) return undefined;
  return { host: repository.host ?? DEFAULT_HOST, owner: repository.owner, repo: repository.name, number };
}

/**
 * The coordinates of the pull request that a reference means within a project.
 * @throws ProjectNotResolvableError for a bare number, when the project has no usable repository
 * @throws PrProjectMismatchError when the reference names another repository than the project's
 * @throws InvalidPrRefError when the project has no repository and the reference names an unknown host
 */
export function resolvePullRequestRef(
  { repository, number }: PullRequestRef,
  project: { slug: string; repoUrl: string | null },
): PullRequestCoordinates {
  const own = projectRepository(project);
  const named = repository && { ...repository, host: repository.host ?? own?.host ?? DEFAULT_HOST };
  if (named && own && !isSameRepository(named, own)) {
    throw new PrProjectMismatchError({ owner: named.owner, repo: named.name, number }, own);
  }
  if (named && !own && named.host !== DEFAULT_HOST) throw new InvalidPrRefError();
  const { host, owner, name } = named ?? own ?? missingRepository(project.slug);
  return { host, owner, repo: name, number };
}

/** Undefined when the project has no repository. It then takes any repository on the default host. */
function projectRepository({ slug, repoUrl }: { slug: string; repoUrl: string | null }) {
  if (repoUrl === null || repoUrl.trim() === '') return undefined;
  const repository = parseRepositoryUrl(repoUrl);
  if (!repository)
    throw new ProjectNotResolvableError(`The repository URL of project "${slug}" names no repository.`);
  return repository;
}

function missingRepository(slug: string): never {
  throw new ProjectNotResolvableError(
    `Project "${slug}" has no repository, so a number alone does not name a pull request: give its URL.`,
  );
}
