/** The parser by itself. The errors of claims are in claimPRErrors, the rows of spellings in pullRequestIdentity. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidPrRefError,
  ProjectNotResolvableError,
  PrProjectMismatchError,
} from '../../../src/errors/errors.ts';
import {
  parsePullRequestRef,
  parseQualifiedRef,
  resolvePullRequestRef,
} from '../../../src/services/pullRequest/pullRequestRef.ts';

const lettersAndDigits = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const word = (more: string, constraints: { minLength?: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...lettersAndDigits, ...more), ...constraints });

const number = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const owner = fc
  .tuple(fc.constantFrom(...lettersAndDigits), word('-_', { maxLength: 30 }))
  .map(([first, rest]) => first + rest);
const name = word('._-', { minLength: 1, maxLength: 30 }).filter(
  (text) => !/^\.+$/.test(text) && !/\.git$/i.test(text),
);
const host = fc.oneof(
  fc.constantFrom('github.com', 'ghe.example.com', 'localhost', 'ghe.example.com:8443', '10.0.0.7:3000'),
  fc.domain(),
);
const repository = fc.record({ host, owner, name });
const urlOf = (at: { host: string; owner: string; name: string }, number: number) =>
  `https://${at.host}/${at.owner}/${at.name}/pull/${number}`;

const blanks = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r', '\u00a0'), maxLength: 3 });
/** The text in arbitrary letter case. */
const inAnyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((c, at) => (upper[at] ? c.toUpperCase() : c.toLowerCase())).join(''));

/** Undefined when the parser refuses the text with InvalidPrRefError, the only error it may throw. */
function parsed(text: string) {
  try {
    return parsePullRequestRef(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidPrRefError);
    return undefined;
  }
}

describe('the parser of a pull request number', () => {
  it('accepts it with and without #, and with blanks around it', () => {
    fc.assert(
      fc.property(number, fc.constantFrom('', '#'), blanks, blanks, (given, sign, before, after) => {
        expect(parsePullRequestRef(before + sign + given + after)).toEqual({ number: given });
      }),
    );
  });

  it('refuses a number beyond 32 bits and one with a leading 0', () => {
    const tooGreat = fc.bigInt({ min: 2n ** 31n, max: 10n ** 40n });
    fc.assert(
      fc.property(
        fc.oneof(
          tooGreat,
          number.map((each) => `0${each}`),
        ),
        repository,
        (given, at) => {
          for (const text of [
            `${given}`,
            `#${given}`,
            `https://${at.host}/${at.owner}/${at.name}/pull/${given}`,
          ]) {
            expect(parsed(text), text).toBeUndefined();
          }
        },
      ),
    );
  });
});

describe('the parser of a pull request URL', () => {
  it('returns its repository and number, with the host in lower case', () => {
    fc.assert(
      fc.property(repository, number, blanks, (at, given, blank) => {
        expect(parsePullRequestRef(blank + urlOf(at, given) + blank)).toEqual({
          repository: { ...at, host: at.host.toLowerCase() },
          number: given,
        });
      }),
    );
  });

  it('accepts the scheme and host in any letter case', () => {
    const spelled = repository.chain((at) =>
      fc.record({ at: fc.constant(at), scheme: inAnyCase('https'), host: inAnyCase(at.host) }),
    );
    fc.assert(
      fc.property(spelled, number, ({ at, scheme, host }, given) => {
        expect(parsePullRequestRef(`${scheme}://${host}/${at.owner}/${at.name}/pull/${given}`)).toEqual({
          repository: { ...at, host: at.host.toLowerCase() },
          number: given,
        });
      }),
    );
  });

  it('ignores a trailing slash, a query and a fragment', () => {
    const rest = fc
      .tuple(fc.constantFrom('', '/'), fc.webQueryParameters(), fc.webFragments())
      .map(([slash, query, fragment]) => `${slash}?${query}#${fragment}`);
    fc.assert(
      fc.property(repository, number, rest, (at, given, more) => {
        expect(parsePullRequestRef(urlOf(at, given) + more)).toEqual(parsePullRequestRef(urlOf(at, given)));
      }),
    );
  });

  it.each([
    'files',
    'files/0a1b2c3d4e5f..6a7b8c9d0e1f',
    'files/0a1b2c3d4e5f',
    'changes',
    'changes/0a1b2c3d4e5f..6a7b8c9d0e1f',
    'commits',
    'commits/',
    `commits/${'0a1b2c3d'.repeat(5)}`,
    'checks?check_run_id=7',
    'checks',
    'conflicts',
  ])('accepts the page %s of a pull request', (page) => {
    fc.assert(
      fc.property(repository, number, (at, given) => {
        expect(parsePullRequestRef(`${urlOf(at, given)}/${page}`)).toEqual(
          parsePullRequestRef(urlOf(at, given)),
        );
      }),
    );
  });

  it.each([
    ['https://github.com:443/acme/rocket/pull/7', 'github.com'],
    ['https://github.com:8443/acme/rocket/pull/7', 'github.com:8443'],
    ['https://GHE.Example.com/acme/rocket/pull/7', 'ghe.example.com'],
    ['https://[::1]:3000/acme/rocket/pull/7', '[::1]:3000'],
  ])('reads from %s the host %s', (url, host) => {
    expect(parsePullRequestRef(url).repository).toEqual({ host, owner: 'acme', name: 'rocket' });
  });

  it.each([
    'https://github.com//acme/rocket/pull/7',
    'https://github.com/acme//rocket/pull/7',
    'https://github.com/acme/rocket/pull/7//',
    'https://github.com/acme/rocket/pull//7',
    'https://github.com/acme/./pull/7',
    'https://github.com/acme/../pull/7',
    'https://github.com/acme/.git/pull/7',
    'https://github.com/-acme/rocket/pull/7',
    'https://github.com/ac%6de/rocket/pull/7',
    'https://github.com/acme/rocket/PULL/7',
    'https://github.com/acme/rocket/pull/7.diff',
    'https://github.com/acme/rocket/pull/7/commits/main',
    'https://github.com/acme/rocket/pull/7/commits/abc',
    'https://github.com/acme/rocket/pull/7/commits/0a1b2c3d/files',
    'https://github.com/acme/rocket/pull/7/commits//',
    'https://github.com/acme/rocket/pull/7/files/..0a1b2c3d',
    'https://github.com/acme/rocket/pull/7/checks/1',
    'https://github.com/acme/rocket/pull/7/Files',
    'https://github.com/acme/rocket/pull/7/tasks',
    'https://github.com/acme/rocket/files',
    'https://github.com/acme/rocket/pull/#7',
    'https://github.com/api/v3/repos/acme/rocket/pulls/7',
    'https:///acme/rocket/pull/7',
    'https://:443/acme/rocket/pull/7',
    'https://github.com:99999/acme/rocket/pull/7',
    'https://github.com:x/acme/rocket/pull/7',
    'https://ann:secret@github.com/acme/rocket/pull/7',
    'https://github.com@evil.example/acme/rocket/pull/7',
    'https:/github.com/acme/rocket/pull/7',
    '//github.com/acme/rocket/pull/7',
    'see https://github.com/acme/rocket/pull/7',
    'https://github.com/acme/rocket/pull/7 please',
    'https://github.com/acme/rocket/pull/7?a\nb',
    'https://github.com/acme\t/rocket/pull/7',
    'git@github.com:acme/rocket/pull/7',
    '',
    '   ',
    '#',
    '\u0000',
  ])('refuses %j', (text) => {
    expect(() => parsePullRequestRef(text)).toThrow(InvalidPrRefError);
  });
});

describe('the parser for an arbitrary text', () => {
  /** Random concatenations of parts of references come closer to a reference than random text. */
  const almost = fc
    .array(
      fc.oneof(
        fc.constantFrom('https://', 'http://', '/', '//', '#', '?', '@', ':', '\\', '..', '%2f', '\n', ' '),
        fc.constantFrom('github.com', 'acme', 'rocket', 'pull', 'pulls', '142', '0', '.git', '-', '\ud800'),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      { maxLength: 12 },
    )
    .map((pieces) => pieces.join(''));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }), almost);

  it('returns a reference that survives a round trip, or throws InvalidPrRefError', () => {
    fc.assert(
      fc.property(text, (given) => {
        const ref = parsed(given);
        if (!ref) return;
        expect(Number.isInteger(ref.number) && ref.number > 0 && ref.number < 2 ** 31).toBe(true);
        const { repository, number } = ref;
        const written = !repository
          ? `#${number}`
          : repository.host === undefined
            ? `${repository.owner}/${repository.name}#${number}`
            : urlOf({ ...repository, host: repository.host }, number);
        expect(parsePullRequestRef(written)).toEqual(ref);
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds a qualified reference exactly where the text names a repository', () => {
    fc.assert(
      fc.property(text, (given) => {
        const qualified = parseQualifiedRef(given);
        const { repository, number } = parsed(given) ?? {};
        if (repository) {
          const { host = 'github.com', owner, name: repo } = repository;
          expect(qualified).toEqual({ host, owner, repo, number });
        } else {
          expect(qualified).toBeUndefined();
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the parser of owner/repo#number', () => {
  it('returns a pull request on github.com', () => {
    fc.assert(
      fc.property(owner, name, number, (owner, repo, number) => {
        expect(parseQualifiedRef(`${owner}/${repo}#${number}`)).toEqual({
          host: 'github.com',
          owner,
          repo,
          number,
        });
      }),
    );
  });

  it.each([
    'acme/rocket',
    'acme/rocket#',
    'acme/rocket#0',
    'acme/rocket#2147483648',
    'acme#7',
    '/rocket#7',
    '#7',
  ])('refuses %j', (text) => {
    expect(parseQualifiedRef(text)).toBeUndefined();
  });
});

describe('a reference within a project', () => {
  /** The forms of a remote URL, all of one repository. */
  const remotes = ({ host, owner, name }: { host: string; owner: string; name: string }) => [
    `https://${host}/${owner}/${name}`,
    `https://${host}/${owner}/${name}.git`,
    `http://${host}/${owner}/${name}/`,
    `ssh://git@${host}/${owner}/${name}.git`,
    `git@${host}:${owner}/${name}.git`,
  ];
  const onPlainHost = fc.record({ host: fc.constantFrom('github.com', 'ghe.example.com'), owner, name });

  it('by number resolves to the repository of the project, for every form of its repoUrl', () => {
    fc.assert(
      fc.property(onPlainHost, number, (at, given) => {
        for (const repoUrl of remotes(at)) {
          expect(resolvePullRequestRef({ number: given }, { slug: 'rocket', repoUrl }), repoUrl).toEqual({
            host: at.host,
            owner: at.owner,
            repo: at.name,
            number: given,
          });
        }
      }),
    );
  });

  it('by URL resolves to the same as the number, in any letter case', () => {
    const respelled = onPlainHost.chain((at) =>
      fc.record({ at: fc.constant(at), owner: inAnyCase(at.owner), name: inAnyCase(at.name) }),
    );
    fc.assert(
      fc.property(respelled, number, ({ at, ...spelling }, given) => {
        const ref = parsePullRequestRef(urlOf({ ...at, ...spelling }, given));
        for (const repoUrl of remotes(at)) {
          const found = resolvePullRequestRef(ref, { slug: 'rocket', repoUrl });
          expect({ ...found, owner: found.owner.toLowerCase(), repo: found.repo.toLowerCase() }).toEqual({
            host: at.host,
            owner: at.owner.toLowerCase(),
            repo: at.name.toLowerCase(),
            number: given,
          });
        }
      }),
    );
  });

  it('by owner/repo#number resolves to the host of the project', () => {
    fc.assert(
      fc.property(onPlainHost, number, (at, given) => {
        const ref = parsePullRequestRef(`${at.owner}/${at.name}#${given}`);
        for (const repoUrl of remotes(at)) {
          expect(resolvePullRequestRef(ref, { slug: 'rocket', repoUrl }), repoUrl).toEqual({
            host: at.host,
            owner: at.owner,
            repo: at.name,
            number: given,
          });
        }
      }),
    );
  });

  it('by URL of another repository is a mismatch', () => {
    const lower = ({ host, owner, name }: { host: string; owner: string; name: string }) =>
      `${host}/${owner}/${name}`.toLowerCase();
    fc.assert(
      fc.property(onPlainHost, repository, number, (own, other, given) => {
        fc.pre(lower(own) !== lower(other));
        const ref = parsePullRequestRef(urlOf(other, given));
        for (const repoUrl of remotes(own)) {
          expect(() => resolvePullRequestRef(ref, { slug: 'rocket', repoUrl })).toThrow(
            PrProjectMismatchError,
          );
        }
      }),
    );
  });

  it('resolves by a URL on github.com only, when the project has no repository', () => {
    const ref = (text: string) => parsePullRequestRef(text);
    for (const repoUrl of [null, '', '  ']) {
      const project = { slug: 'loose', repoUrl };
      expect(() => resolvePullRequestRef(ref('7'), project)).toThrow(ProjectNotResolvableError);
      expect(() => resolvePullRequestRef(ref('https://ghe.example.com/a/b/pull/7'), project)).toThrow(
        InvalidPrRefError,
      );
      expect(resolvePullRequestRef(ref('https://github.com/a/b/pull/7'), project)).toEqual({
        host: 'github.com',
        owner: 'a',
        repo: 'b',
        number: 7,
      });
      expect(resolvePullRequestRef(ref('a/b#7'), project)).toMatchObject({ host: 'github.com', owner: 'a' });
    }
  });
});
