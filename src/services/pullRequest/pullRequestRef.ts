/** How people name a pull request: `142`, `#142` or `https://<host>/<owner>/<repo>/pull/142`. */
import { InvalidPrRefError, ProjectNotResolvableError, PrProjectMismatchError } from '../../errors.ts';
import type { PullRequestCoordinates } from '../port/pullRequestSource.ts';
import {
  isSameRepository,
  newRepository,
  parseRepositoryUrl,
  type Repository,
} from '../project/repository.ts';

export type PullRequestRef = {
  /** Absent when the reference is a bare number. */
  repository?: Repository;
  number: number;
};

const BARE_NUMBER = /^#?([1-9]\d{0,9})$/;
const QUALIFIED = /^([^/\s]+)\/([^/#\s]+)#([1-9]\d{0,9})$/;
/** A pattern instead of `URL`, which would remove line breaks and `..` first and accept other texts. */
const FULL = /^(https:\/\/[^\s/?#\\@]+)(\/[^\s?#]*)(?:[?#].*)?$/i;
const PATH = /^\/([^/]+)\/([^/]+)\/pull\/([1-9]\d{0,9})\/?$/;
/** The largest value of PostgreSQL's `integer`. */
const MAX_NUMBER = 2 ** 31 - 1;
const DEFAULT_HOST = 'github.com';

/** @throws InvalidPrRefError when the text is none of the forms */
export function parsePullRequestRef(raw: string): PullRequestRef {
  const ref = raw.trim();
  const bare = BARE_NUMBER.exec(ref);
  if (bare) return { number: numberFrom(bare[1]) };

  const [, origin = '', path = ''] = FULL.exec(ref) ?? [];
  const [, owner = '', name = '', number] = PATH.exec(path) ?? [];
  const repository = URL.canParse(origin) && newRepository(new URL(origin).host, owner, name);
  if (!repository) throw new InvalidPrRefError();
  return { repository, number: numberFrom(number) };
}

/** The coordinates in a full name: a URL, or `owner/repo#142`. Undefined for anything else. */
export function parseQualifiedRef(raw: string): PullRequestCoordinates | undefined {
  const [, owner, name, number] = QUALIFIED.exec(raw.trim()) ?? [];
  try {
    const ref = owner
      ? { repository: newRepository(DEFAULT_HOST, owner, name ?? ''), number: numberFrom(number) }
      : parsePullRequestRef(raw);
    if (!ref.repository) return undefined;
    return {
      host: ref.repository.host,
      owner: ref.repository.owner,
      repo: ref.repository.name,
      number: ref.number,
    };
  } catch (error) {
    if (error instanceof InvalidPrRefError) return undefined;
    throw error;
  }
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
  if (repository && own && !isSameRepository(repository, own)) {
    throw new PrProjectMismatchError({ owner: repository.owner, repo: repository.name, number }, own);
  }
  if (repository && !own && repository.host !== DEFAULT_HOST) throw new InvalidPrRefError();
  const { host, owner, name } = repository ?? own ?? missingRepository(project.slug);
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

function numberFrom(digits: string | undefined): number {
  const number = Number(digits);
  if (!(number <= MAX_NUMBER)) throw new InvalidPrRefError();
  return number;
}
