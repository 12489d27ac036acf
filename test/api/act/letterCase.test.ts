/** Keys ignore the case of ASCII letters, in a database that folds `I` to a dotless `ı`. */
import { randomUUID } from 'node:crypto';
import { AddMember, RecordReviewedPR, UnwatchRepo, WatchRepo } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { expect, it } from '../../support/test.ts';

it('one repository is watched once, however it is spelled', async ({ team }) => {
  const [robin, alex] = [await team.hire(), await team.hire()];
  const watch = async (agentId: string, repo: string) =>
    (await team.owner.query(WatchRepo, { input: { agentId, repo } })).watchRepo;
  succeeded(await watch(robin.id, 'IBM/Istio'));
  expect(refused(await watch(alex.id, 'ibm/iSTIO')).__typename).toBe('RepoAlreadyWatchedError');
  const { unwatchRepo } = await team.owner.query(UnwatchRepo, {
    input: { agentId: robin.id, repo: 'ibm/ISTIO' },
  });
  expect(succeeded(unwatchRepo)).toMatchObject({ releasedRepo: { nameWithOwner: 'IBM/Istio' } });
});

it('no name of a repository ends in .GIT', async ({ team, psql }) => {
  const robin = await team.hire();
  const insert = psql(
    `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
     SELECT organization_id, id, hired_by_id, 'acme', 'x.GIT', 'acme', 'x.git' FROM agent WHERE id = $1`,
    [uuidOf(robin.id)],
  );
  await expect(insert).rejects.toThrow('violates check constraint');
});

it('one pull request is reviewed once, however its repository is spelled', async ({ team }) => {
  const robin = await team.hire();
  const review = async (repo: string) =>
    succeeded(
      (await team.owner.query(RecordReviewedPR, { input: { agentId: robin.id, repo, number: 7 } }))
        .recordReviewedPR,
    );
  expect((await review('IBM/Istio')).alreadyReviewedBy).toBeNull();
  expect((await review('ibm/istio')).alreadyReviewedBy?.id).toBe(robin.id);
});

it('one pull request is one row, however its repository is spelled', async ({ team, github }) => {
  github.setPullRequest({ owner: 'IBM', repo: 'ICU', number: 7 });
  const { id: projectId } = await team.register({ slug: 'icu', repoUrl: 'https://GitHub.com/IBM/ICU' });
  const { id: sessionId } = await team.spawn({ projectId });
  const refs = ['#7', 'https://github.com/IBM/ICU/pull/7', 'https://GITHUB.com/ibm/icu/pull/7'];
  const ids = [];
  for (const ref of refs) ids.push(succeeded(await team.claim(sessionId, ref)).pullRequest.id);
  expect(new Set(ids).size).toBe(1);
});

it('one person is invited once, however it is spelled', async ({ team }) => {
  const add = async (email: string) =>
    (
      await team.owner.query(AddMember, {
        input: { organizationId: team.id, email, name: 'Ida', role: 'MEMBER' },
      })
    ).addMember;
  const local = `INGRID.${randomUUID()}`;
  succeeded(await add(`${local}@Example.ORG`));
  expect(refused(await add(`${local.toLowerCase()}@example.org`)).__typename).toBe('AlreadyInvitedError');
});
