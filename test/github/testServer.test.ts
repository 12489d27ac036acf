import type { GitHub } from '../support/github/github.ts';
import { describe, expect, it } from '../support/test.ts';

it.beforeEach(({ github }) => github.clear());

const name = { owner: 'acme', repo: 'rocket', number: 7 };

type PageInfo = { hasNextPage: boolean; startCursor: string; endCursor: string };
type Threads = { nodes: { id: string }[]; pageInfo: PageInfo };
type Body = { data: { repository: { pullRequest: { title: string; reviewThreads: Threads } } } };

async function post(github: GitHub, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${github.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `token ${github.token}`, ...headers },
    body: JSON.stringify({ query, variables: name }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const titleQuery = `query($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) { title } }
}`;

describe("GitHub's stand-in", () => {
  it('returns the selected fields', async ({ github }) => {
    github.setPullRequest({ ...name, title: 'Light the engine' });
    expect(await post(github, titleQuery)).toEqual({
      status: 200,
      body: { data: { repository: { pullRequest: { title: 'Light the engine' } } } },
    });
  });

  it.for([
    ['an unknown field', '{ repository(owner: "a", name: "b") { nope } }', 'Cannot query field "nope"'],
    ['a missing argument', '{ repository(owner: "a") { name } }', 'argument "name"'],
    ['no syntax', '{', 'Syntax Error'],
    ['a list without bounds', '{ viewer { repositories { totalCount } } }', '`first` or `last`'],
    ['too long a page', '{ viewer { repositories(first: 101) { totalCount } } }', 'limit of 100'],
    [
      'too many nodes',
      `{ viewer { repositories(first: 100) { nodes {
        pullRequests(first: 100) { nodes { comments(first: 100) { totalCount } } } } } } }`,
      'exceeds the maximum limit',
    ],
  ] as const)('refuses %s', async ([_, query, message], { github }) => {
    const { status, body } = await post(github, query);
    expect(status).toBe(200);
    expect(body).toEqual({
      errors: [expect.objectContaining({ message: expect.stringContaining(message) })],
    });
  });

  it('returns a NOT_FOUND error with its path for a missing object', async ({ github }) => {
    github.setPullRequest({ ...name, number: 8 });
    expect((await post(github, titleQuery)).body).toMatchObject({
      data: { repository: { pullRequest: null } },
      errors: [{ type: 'NOT_FOUND', path: ['repository', 'pullRequest'] }],
    });
    github.clear();
    expect((await post(github, titleQuery)).body).toMatchObject({
      data: { repository: null },
      errors: [{ type: 'NOT_FOUND', path: ['repository'] }],
    });
  });

  it.for(['', 'token wrong', 'basic ghp_test', 'ghp_test'])(
    'refuses the authorization "%s"',
    async (authorization, { github }) => {
      expect((await post(github, titleQuery, { authorization })).status).toBe(401);
    },
  );

  it('pages forward and backward', async ({ github }) => {
    const threads = Array.from({ length: 5 }, (_, at) => ({ id: `T_${at}` }));
    github.setPullRequest({ ...name, threads });
    const page = async (bounds: string) => {
      const selection = `reviewThreads(${bounds}) { nodes { id } pageInfo { hasNextPage endCursor startCursor } }`;
      const { body } = await post(github, titleQuery.replace('title', selection));
      const { nodes, pageInfo } = body.data.repository.pullRequest.reviewThreads;
      return { ids: nodes.map((node) => node.id).join(), ...pageInfo };
    };
    const first = await page('first: 2');
    expect(first).toMatchObject({ ids: 'T_0,T_1', hasNextPage: true });
    const second = await page(`first: 3, after: "${first.endCursor}"`);
    expect(second).toMatchObject({ ids: 'T_2,T_3,T_4', hasNextPage: false });
    expect(await page('last: 2')).toMatchObject({ ids: 'T_3,T_4' });
    expect(await page(`last: 9, before: "${second.startCursor}"`)).toMatchObject({ ids: 'T_0,T_1' });
  });

  it('holds back the chosen request, with the answer as of its arrival', async ({ github }) => {
    const pr = github.setPullRequest({ ...name, title: 'before' });
    github.holdNext({ number: 99 });
    const hold = github.holdNext({ owner: 'ACME', number: 7 });
    const held = post(github, titleQuery);
    await hold.arrived;
    pr.title = 'after';
    expect((await post(github, titleQuery)).body.data.repository.pullRequest.title).toBe('after');
    hold.release();
    expect((await held).body.data.repository.pullRequest.title).toBe('before');
  });

  it('updates an existing pull request and keeps its other fields', ({ github }) => {
    github.setPullRequest({ ...name, title: 'Kept', isDraft: true });
    expect(github.setPullRequest({ ...name, isDraft: false })).toMatchObject({
      title: 'Kept',
      isDraft: false,
    });
    expect(github.pullRequests.size).toBe(1);
  });
});
