import type { ClaimPrInput } from '../../graphql/graphql.ts';
import { ClaimPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { expect, it } from '../../support/test.ts';

it('claimPR returns the first of several errors in the documented order', async ({
  team,
  psql,
  app,
  github,
}) => {
  // The holder is a session of another project: a session that holds pull requests cannot become an orchestrator.
  const { id: elsewhere } = await team.register({ slug: 'elsewhere' });
  const [session, owner] = [await team.spawn(), await team.spawn({ projectId: elsewhere })];
  team.onGitHub(7);
  succeeded(await team.claim(owner.id, 7));
  succeeded(await team.claim(session.id, 7, { idempotencyKey: 'used' }));
  succeeded(await team.claim(owner.id, 7));

  const onSession = (assignments: string) =>
    psql(`UPDATE session SET ${assignments} WHERE id = $1`, [uuidOf(session.id)]);
  const onProject = (assignments: string) =>
    psql(`UPDATE project SET ${assignments} WHERE id = $1`, [uuidOf(team.project.id)]);

  // Everything is invalid at first. The steps below correct one cause after another.
  await onSession(`is_terminated = true, kind = 'ORCHESTRATOR', workspace_path = NULL`);
  await onProject(`kind = 'SCRATCH', repo_url = NULL, archived_at = now()`);
  github.pullRequests.clear();
  github.requests.length = 0;
  let asker = await app.signUp('Eve');
  let input: ClaimPrInput = { sessionId: session.id, pr: '', allowTakeover: false, idempotencyKey: 'used' };
  const answer = async () => (await asker.query(ClaimPR, { input })).claimPR;
  const code = async () => refused(await answer()).code;

  expect(await code()).toBe('INVALID_INPUT');
  input = { ...input, pr: 'nonsense' };
  expect(await code()).toBe('NOT_FOUND');
  asker = team.owner;
  expect(await code()).toBe('IDEMPOTENCY_CONFLICT');
  input = { ...input, idempotencyKey: null };
  expect(await code()).toBe('SESSION_TERMINATED');
  await onSession('is_terminated = false');
  expect(await code()).toBe('SESSION_NOT_CLAIMABLE');
  await onSession(`kind = 'WORKER'`);
  expect(await code()).toBe('SESSION_NO_WORKSPACE');
  await onSession(`workspace_path = '/w'`);
  expect(await code()).toBe('PROJECT_NOT_RESOLVABLE');
  await onProject('archived_at = NULL');
  expect(await code()).toBe('SESSION_NOT_CLAIMABLE');
  await onProject(`kind = 'SINGLE_REPO', repo_url = 'https://github.com/${team.slug}/rocket'`);
  expect(await code()).toBe('INVALID_PR_REF');
  input = { ...input, pr: 'https://github.com/somebody-else/rocket/pull/7' };
  expect(await code()).toBe('PR_PROJECT_MISMATCH');
  expect(github.requests).toHaveLength(0);

  input = { ...input, pr: '7' };
  github.failNext({ status: 500 });
  expect(await code()).toBe('SCM_UNAVAILABLE');
  expect(await code()).toBe('PR_NOT_FOUND');
  team.onGitHub(7, { state: 'MERGED' });
  expect(await code()).toBe('PR_NOT_OPEN');
  team.onGitHub(7, { state: 'OPEN' });
  expect(await code()).toBe('PR_CLAIMED_BY_ACTIVE_SESSION');
  input = { ...input, allowTakeover: true };
  expect(succeeded(await answer()).takenOverFrom).toEqual([{ id: owner.id }]);
});
