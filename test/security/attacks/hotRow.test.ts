/** Hundreds of acts on one row at once: each is answered, and no other tenant waits. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';
import { createClient } from '../../support/client.ts';
import { grantScopeIn } from '../../support/operator.ts';
import { createTeam, type Team } from '../../support/team.ts';

const ACTS = 500;
const SESSIONS = 5;

let target: Target;
let team: Team;
beforeAll(async () => {
  target = await startTarget();
  const owner = { ...createClient(target.url, target.token), token: target.token, userId: '', email: '' };
  const client = (token?: string) => createClient(target.url, token);
  const grant = (organizationId: string) => grantScopeIn(target.databaseUrl, organizationId);
  team = await createTeam({ app: { client, grant, signUp: async () => owner } }, owner);
});
afterAll(() => target[Symbol.asyncDispose]());

type Answer = { data: Record<string, { __typename: string } | null> | null; errors?: Refused[] };
type Refused = { message: string; extensions: { code: string; retryAfterSeconds?: number } };

/** Sends a mutation many times at once, and returns how often each answer came. */
async function flood(query: string, variables: (at: number) => object): Promise<Record<string, number>> {
  const answers = await Promise.all(
    Array.from({ length: ACTS }, async (_, at) => {
      const response = await team.owner.raw({ query, variables: variables(at) });
      return (await response.json()) as Answer;
    }),
  );
  for (const { errors = [] } of answers) {
    for (const { message, extensions } of errors) {
      expect(extensions).toMatchObject({ code: 'BUSY', retryAfterSeconds: expect.any(Number) });
      expect(message).toContain('Nothing has happened');
    }
  }
  const names = answers.map(({ data, errors }) =>
    errors ? 'BUSY' : Object.values(data ?? {})[0]?.__typename,
  );
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

it('500 sessions spawned at once in one project are all answered', async () => {
  let answers: Record<string, number> = {};
  await target.withstands(async () => {
    answers = await flood(
      'mutation ($projectId: ID!) { spawnSession(input: { projectId: $projectId }) { __typename } }',
      () => ({ projectId: team.project.id }),
    );
  });
  const { SpawnSessionPayload: spawned = 0, BUSY: busy = 0 } = answers;
  expect(spawned + busy).toBe(ACTS);
  expect(spawned).toBeGreaterThan(0);
  // What was BUSY did not happen.
  const { num } = await team.spawn();
  expect(num).toBe(spawned + 1);
});

it('500 claims of one pull request at once are all answered', async () => {
  const project = await team.register({ slug: 'demo', repoUrl: 'https://github.com/acme/rocket' });
  const sessions: { id: string }[] = [];
  for (let at = 0; at < SESSIONS; at += 1) sessions.push(await team.spawn({ projectId: project.id }));
  let answers: Record<string, number> = {};
  await target.withstands(async () => {
    answers = await flood(
      'mutation ($sessionId: ID!) { claimPR(input: { sessionId: $sessionId, pr: "#42" }) { __typename } }',
      (at) => ({ sessionId: sessions[at % SESSIONS]?.id }),
    );
  });
  const { ClaimPRPayload: claimed = 0, BUSY: busy = 0 } = answers;
  expect(claimed + busy).toBe(ACTS);
  expect(claimed).toBeGreaterThan(0);
});
