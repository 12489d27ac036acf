/** A repository is renamed, and another one may take its old name: one pull request stays one row. */

import type { GitHub } from '../../support/github/github.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

let oldName: { owner: string; repo: string };
let newName: { owner: string; repo: string };
/** A project with the new name of the repository. */
let starship: { id: string };
it.beforeEach(async ({ team, github }) => {
  github.clear();
  oldName = { owner: team.slug, repo: 'rocket' };
  newName = { owner: `new-${team.slug}`, repo: 'Starship' };
  starship = await team.register({ slug: 'starship', repoUrl: urlOf(newName) });
});

const urlOf = ({ owner, repo }: { owner: string; repo: string }) => `https://github.com/${owner}/${repo}`;
const transfer = (github: GitHub) => github.transfer(oldName, newName);

async function refresh(team: Team, pullRequestId: string) {
  return (await team.owner.query(RefreshPR, { input: { pullRequestId } })).refreshPR;
}

async function rows(team: Team, psql: Psql) {
  return await psql<{ name: string; session: string; external_id: string; title: string }>(
    `SELECT repo_owner || '/' || repo_name || '#' || number AS name, session_id AS session, external_id, title
       FROM pull_request WHERE organization_id = $1 ORDER BY id`,
    [uuidOf(team.id)],
  );
}

const nameOf = ({ owner, repo }: { owner: string; repo: string }, number = 7) => `${owner}/${repo}#${number}`;

describe('a pull request of a transferred repository', () => {
  it('is one row when it is claimed by the old name and then by the new one', async ({
    team,
    psql,
    github,
  }) => {
    team.onGitHub(7);
    const [one, two] = [await team.spawn(), await team.spawn({ projectId: starship.id })];
    const first = succeeded(await team.claim(one.id, 7));
    transfer(github);
    const second = succeeded(await team.claim(two.id, 7));
    expect(second).toMatchObject({
      takenOverFrom: [{ id: one.id }],
      pullRequest: { id: first.pullRequest.id, repo: { nameWithOwner: `${newName.owner}/Starship` } },
    });
    expect(await rows(team, psql)).toMatchObject([{ name: nameOf(newName), session: uuidOf(two.id) }]);
    expect(await team.changes({ requestId: second.requestId })).toMatchObject([
      { type: 'PR_SESSION_CHANGED', entityId: first.pullRequest.id },
      { type: 'PR_UPDATED', payload: { changed: ['repo', 'sourceRepo', 'url'] } },
      { type: 'SESSION_UPDATED' },
      { type: 'SESSION_UPDATED' },
    ]);
  });

  it('needs allowTakeover under the new name too', async ({ team, github }) => {
    team.onGitHub(7);
    const [one, two] = [await team.spawn(), await team.spawn({ projectId: starship.id })];
    succeeded(await team.claim(one.id, 7));
    transfer(github);
    expect(refused(await team.claim(two.id, 7, { allowTakeover: false }))).toMatchObject({
      code: 'PR_CLAIMED_BY_ACTIVE_SESSION',
      ownerSession: { id: one.id },
    });
  });

  it('is one row when it is claimed concurrently by the old name before the transfer and by the new name after it', async ({
    team,
    psql,
    github,
  }) => {
    const numbers = Array.from({ length: 20 }, (_, at) => 100 + at);
    const pairs = await Promise.all(
      numbers.map(async (number) => {
        team.onGitHub(number);
        return {
          number,
          early: await team.spawn(),
          late: await team.spawn({ projectId: starship.id }),
          hold: github.holdNext({ ...oldName, number }),
        };
      }),
    );
    const early = pairs.map(({ early, number }) => team.claim(early.id, number));
    await Promise.all(pairs.map(({ hold }) => hold.arrived));
    transfer(github);
    const lateHolds = pairs.map(({ number }) => github.holdNext({ ...newName, number }));
    const late = pairs.map(({ late, number }) => team.claim(late.id, number));
    await Promise.all(lateHolds.map(({ arrived }) => arrived));
    for (const { release } of [...pairs.map(({ hold }) => hold), ...lateHolds]) release();

    const claims = (await Promise.all([...early, ...late])).map(succeeded);
    expect(new Set(claims.map(({ pullRequest }) => pullRequest.id)).size).toBe(numbers.length);
    expect((await rows(team, psql)).map(({ name }) => name).sort()).toEqual(
      numbers.map((number) => nameOf(newName, number)),
    );
  });

  it('is one row even if it was stored without an external id, once it is refreshed by its old name', async ({
    team,
    psql,
    github,
  }) => {
    team.onGitHub(7);
    const session = await team.spawn();
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    await psql(`UPDATE pull_request SET external_id = '' WHERE id = $1`, [uuidOf(pullRequest.id)]);
    transfer(github);
    expect(succeeded(await refresh(team, pullRequest.id)).pullRequest.id).toBe(pullRequest.id);
    const other = await team.spawn({ projectId: starship.id });
    expect(succeeded(await team.claim(other.id, 7)).pullRequest.id).toBe(pullRequest.id);
    expect(await rows(team, psql)).toMatchObject([{ name: nameOf(newName) }]);
  });

  it('keeps its stored name when a row without an external id has the new name', async ({
    team,
    psql,
    github,
  }) => {
    team.onGitHub(7);
    const [one, two] = [await team.spawn(), await team.spawn({ projectId: starship.id })];
    const first = succeeded(await team.claim(one.id, 7));
    await psql(
      `INSERT INTO pull_request (organization_id, session_id, host, repo_owner, repo_owner_key, repo_name,
                                 repo_name_key, number, url)
       VALUES ($1, $2, 'github.com', $3, lower($3), $4, lower($4), 7, '')`,
      [uuidOf(team.id), uuidOf(two.id), newName.owner, newName.repo],
    );
    transfer(github);
    const second = succeeded(await team.claim(two.id, 7));
    expect(second).toMatchObject({
      takenOverFrom: [{ id: one.id }],
      pullRequest: { id: first.pullRequest.id, url: `${urlOf(newName)}/pull/7` },
    });
    expect(await rows(team, psql)).toMatchObject([
      { name: nameOf(oldName) },
      { name: nameOf(newName), title: '' },
    ]);
  });
});

describe('a new repository under the name of a transferred one', () => {
  /** Creates a new repository under the old name, with another pull request of the same number. */
  function replace(team: Team, github: GitHub) {
    transfer(github);
    github.clear();
    github.setPullRequest({ ...newName, number: 7, databaseId: '1', title: 'Moved' });
    team.onGitHub(7, { databaseId: '2', title: 'Another' });
  }

  it.beforeEach(({ team }) => {
    team.onGitHub(7, { databaseId: '1' });
  });

  it('has its own row for a pull request of the same number', async ({ team, psql, github }) => {
    const [one, two] = [await team.spawn({ projectId: starship.id }), await team.spawn()];
    const first = succeeded(await team.claim(two.id, 7));
    replace(team, github);
    succeeded(await team.claim(one.id, 7));
    const other = succeeded(await team.claim(two.id, 7));
    expect(other.takenOverFrom).toEqual([]);
    expect(other.pullRequest.id).not.toBe(first.pullRequest.id);
    expect(await rows(team, psql)).toMatchObject([
      { name: nameOf(newName), session: uuidOf(one.id), external_id: '1', title: 'Moved' },
      { name: nameOf(oldName), session: uuidOf(two.id), external_id: '2', title: 'Another' },
    ]);
  });

  it('is not used by refreshPR for the pull request of the transferred repository', async ({
    team,
    github,
  }) => {
    const session = await team.spawn();
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    replace(team, github);
    const before = await team.footprint();
    expect(refused(await refresh(team, pullRequest.id)).code).toBe('PR_NOT_FOUND');
    expect(await team.footprint()).toEqual(before);
  });

  it('takes over the row of that name when it is claimed first, and the transferred pull request gets a new row', async ({
    team,
    psql,
    github,
  }) => {
    const [one, two] = [await team.spawn(), await team.spawn({ projectId: starship.id })];
    succeeded(await team.claim(one.id, 7));
    replace(team, github);
    expect(succeeded(await team.claim(one.id, 7)).pullRequest.title).toBe('Another');
    expect(succeeded(await team.claim(two.id, 7)).takenOverFrom).toEqual([]);
    expect(await rows(team, psql)).toMatchObject([
      { name: nameOf(oldName), external_id: '2', title: 'Another' },
      { name: nameOf(newName), external_id: '1', title: 'Moved' },
    ]);
  });
});
