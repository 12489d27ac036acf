import { graphql } from '../../graphql/gql.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const PullRequestNames = graphql(`
  query PullRequestNames($slug: String!) {
    organization(slug: $slug) {
      pullRequests {
        totalCount
        nodes {
          id
          url
          repo {
            nameWithOwner
          }
        }
      }
    }
  }
`);

const PullRequestId = graphql(`
  query PullRequestId($slug: String!, $ref: String!) {
    organization(slug: $slug) {
      pullRequest(ref: $ref) {
        id
      }
    }
  }
`);

async function pullRequestsOf({ owner, slug }: Team) {
  return (await owner.query(PullRequestNames, { slug })).organization?.pullRequests;
}

describe('a pull request of an organization', () => {
  it.for([
    'https://www.github.com/OWNER/rocket',
    'ssh://git@ssh.github.com:443/OWNER/rocket.git',
    'git@ssh.github.com:OWNER/rocket.git',
  ])('is the same row through a project with the repoUrl %s', async (repoUrl, { createTeam }) => {
    const team = await createTeam();
    team.onGitHub(142);
    const project = await team.register({ slug: 'named', repoUrl: repoUrl.replace('OWNER', team.slug) });
    const first = succeeded(await team.claim((await team.spawn()).id, 142)).pullRequest;
    const session = await team.spawn({ projectId: project.id });
    for (const pr of ['142', `https://github.com/${team.slug}/rocket/pull/142`]) {
      expect(succeeded(await team.claim(session.id, pr)).pullRequest.id).toBe(first.id);
    }
  });

  it('is one row for every spelling of its reference', async ({ createTeam }) => {
    const team = await createTeam();
    team.onGitHub(142);
    const session = await team.spawn();
    const { pullRequest } = succeeded(await team.claim(session.id, 142));
    const url = `github.com/${team.slug}/rocket/pull/142`;
    const others = [
      '#142',
      '  #142\t',
      `https://${url}`,
      ` https://${url} `,
      `HTTPS://GitHub.COM/${team.slug.toUpperCase()}/ROCKET/pull/142`,
      `https://github.com:443/${team.slug}/rocket/pull/142`,
      `https://www.${url}`,
      `https://WWW.${url}/`,
      `https://github.com/${team.slug}/rocket.git/pull/142`,
      `https://${url}/`,
      `https://${url}?notification_referrer_id=1`,
      `https://${url}/?w=1#discussion_r1`,
      `https://${url}#issuecomment-1`,
      `https://${url}/files?diff=split#diff-0a1b`,
      `https://${url}/commits/${'0a1b2c3d'.repeat(5)}`,
      `${team.slug}/rocket#142`,
      ` ${team.slug.toUpperCase()}/Rocket#142 `,
    ];
    for (const pr of others) {
      expect(succeeded(await team.claim(session.id, pr)).pullRequest.id, pr).toBe(pullRequest.id);
    }
    expect(await pullRequestsOf(team)).toMatchObject({ totalCount: 1 });
    expect((await team.changes({ types: ['PR_CREATED', 'PR_UPDATED', 'PR_SESSION_CHANGED'] })).length).toBe(
      1,
    );
  });

  it('is found by its URL, a page behind it and owner/repo#number, in any letter case', async ({
    createTeam,
  }) => {
    const team = await createTeam();
    team.onGitHub(7);
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    const find = async (ref: string) =>
      (await team.owner.query(PullRequestId, { slug: team.slug, ref })).organization?.pullRequest;
    for (const ref of [
      pullRequest.url,
      pullRequest.url.toUpperCase().replace('PULL', 'pull'),
      `${team.slug}/Rocket#7`,
      `${pullRequest.url}/files`,
      `${pullRequest.url}/changes?w=1#diff-0a1b`,
      `${pullRequest.url}/commits/${'0a1b2c3d'.repeat(5)}`,
    ]) {
      expect(await find(ref), ref).toEqual({ id: pullRequest.id });
    }
    for (const ref of [
      '7',
      '#7',
      `${team.slug}/rocket#8`,
      `${team.slug}/rocket`,
      'nonsense',
      '',
      `${pullRequest.url}/x`,
    ]) {
      expect(await find(ref), ref).toBeNull();
    }
  });

  it('has the spelling of its repository on GitHub, which may change', async ({ createTeam }) => {
    const team = await createTeam();
    const pr = team.onGitHub(7, { owner: team.slug.toUpperCase(), repo: 'Rocket' });
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, `https://github.com/${team.slug}/rocket/pull/7`));
    expect(first.pullRequest.repo.nameWithOwner).toBe(`${team.slug.toUpperCase()}/Rocket`);
    pr.repo = 'ROCKET';
    const again = succeeded(await team.claim(session.id, 7));
    expect(again.pullRequest).toMatchObject({ id: first.pullRequest.id, repo: { name: 'ROCKET' } });
  });

  it('stays one row when its repository is transferred and it is claimed by the old name', async ({
    github,
    createTeam,
  }) => {
    const team = await createTeam();
    team.onGitHub(7);
    const [session, other] = [await team.spawn(), await team.spawn()];
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    const moved = { owner: `new-${team.slug}`, repo: 'starship' };
    github.transfer({ owner: team.slug, repo: 'rocket' }, moved);

    const claimed = succeeded(await team.claim(other.id, 7));
    expect(claimed).toMatchObject({
      takenOverFrom: [{ id: session.id }],
      pullRequest: {
        id: pullRequest.id,
        repo: { nameWithOwner: `${moved.owner}/starship` },
        url: `https://github.com/${moved.owner}/starship/pull/7`,
      },
    });
    succeeded(await team.claim(other.id, pullRequest.url));
    expect(await pullRequestsOf(team)).toMatchObject({
      totalCount: 1,
      nodes: [{ id: pullRequest.id, repo: { nameWithOwner: `${moved.owner}/starship` } }],
    });
  });

  it('stays one row when it is claimed in a project with the new name of its repository', async ({
    github,
    createTeam,
  }) => {
    const team = await createTeam();
    team.onGitHub(7);
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    const moved = { owner: `new-${team.slug}`, repo: 'starship' };
    github.transfer({ owner: team.slug, repo: 'rocket' }, moved);
    succeeded(await team.claim((await team.spawn()).id, 7));

    const repoUrl = `git@github.com:${moved.owner}/starship.git`;
    const project = await team.register({ slug: 'starship', repoUrl });
    const session = await team.spawn({ projectId: project.id });
    expect(succeeded(await team.claim(session.id, 7)).pullRequest.id).toBe(pullRequest.id);
  });
});

describe('two rows are kept', () => {
  it('for one pull request in two organizations', async ({ createTeam }) => {
    const ours = await createTeam();
    const theirs = await createTeam();
    const pr = ours.onGitHub(7);
    const project = await theirs.register({
      slug: 'guest',
      repoUrl: `https://github.com/${ours.slug}/rocket`,
    });
    const [mine, guest] = [await ours.spawn(), await theirs.spawn({ projectId: project.id })];

    const first = succeeded(await ours.claim(mine.id, 7));
    const second = succeeded(await theirs.claim(guest.id, 7, { allowTakeover: false }));
    expect(second.takenOverFrom).toEqual([]);
    expect(second.pullRequest.id).not.toBe(first.pullRequest.id);
    expect(second.pullRequest.url).toBe(first.pullRequest.url);

    pr.title = 'Renamed';
    succeeded(await theirs.claim(guest.id, 7));
    const titles = async (team: Team) =>
      (await team.changes({ types: ['PR_CREATED', 'PR_UPDATED'] })).map(
        ({ payload }) => (payload as { row: { title: string } }).row.title,
      );
    expect(await titles(ours)).toEqual(['Pull request 7']);
    expect(await titles(theirs)).toEqual(['Pull request 7', 'Renamed']);
  });

  it('for the same number in two repositories', async ({ github, createTeam }) => {
    const team = await createTeam();
    team.onGitHub(7);
    github.setPullRequest({ owner: team.slug, repo: 'booster', number: 7 });
    const project = await team.register({
      slug: 'booster',
      repoUrl: `https://github.com/${team.slug}/booster`,
    });
    const [one, two] = [await team.spawn(), await team.spawn({ projectId: project.id })];
    succeeded(await team.claim(one.id, 7));
    succeeded(await team.claim(two.id, 7, { allowTakeover: false }));
    expect(await pullRequestsOf(team)).toMatchObject({ totalCount: 2 });
  });
});

describe('a project without a repository', () => {
  it('accepts a pull request by its URL on github.com, and none by its number', async ({ createTeam }) => {
    const team = await createTeam();
    team.onGitHub(7);
    const project = await team.register({ slug: 'loose', repoUrl: null });
    const session = await team.spawn({ projectId: project.id });
    expect(refused(await team.claim(session.id, 7)).code).toBe('PROJECT_NOT_RESOLVABLE');
    const url = `https://github.com/${team.slug}/rocket/pull/7`;
    expect(succeeded(await team.claim(session.id, url)).pullRequest.url).toBe(url);
  });
});
