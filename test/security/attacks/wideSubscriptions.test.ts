/** An agent's wide subscriptions, and changes that all of them hear: other tenants do not wait. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';
import { createClient } from '../../support/client.ts';
import { grantScopeIn } from '../../support/operator.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import { type Message, openSocket } from '../../support/rawSocket.ts';
import { createTeam, type Team, type TeamAgent } from '../../support/team.ts';

const SUBSCRIPTIONS = 20;
const AGENTS = 100;
const RENAMES = 5;

let target: Target;
let team: Team;
let agent: TeamAgent;
let psql: Psql;
beforeAll(async () => {
  target = await startTarget();
  const owner = { ...createClient(target.url, target.token), token: target.token, userId: '', email: '' };
  const client = (token?: string) => createClient(target.url, token);
  const grant = (organizationId: string) => grantScopeIn(target.databaseUrl, organizationId);
  team = await createTeam({ app: { client, grant, signUp: async () => owner } }, owner);
  agent = await team.hire();
  psql = await openPsql(target.databaseUrl);
  await psql(
    `INSERT INTO agent (organization_id, name, role, status, hired_by_id)
     SELECT organization_id, 'Agent ' || n, 'worker', 'RUNNING', hired_by_id FROM agent, generate_series(1, $2::int) n
      WHERE id = $1`,
    [uuidOf(agent.id), AGENTS],
  );
  await psql(
    `INSERT INTO agent_memory (organization_id, agent_id, key, value)
     SELECT organization_id, id, 'key ' || n, repeat('x', 100) FROM agent, generate_series(1, 5) n
      WHERE organization_id = $1`,
    [uuidOf(team.id)],
  );
});
afterAll(async () => {
  await psql.close();
  await target[Symbol.asyncDispose]();
});

/** Selects the memory of every agent of the organization. Each is selected differently, so that they share no read. */
const wide = (at: number) => ({
  query: `subscription ($organizationId: ID!) {
    sessionChanged(organizationId: $organizationId) {
      session { project { organization { agents(first: ${AGENTS - at}) { nodes { memory(first: 5) { totalCount nodes { id key value } } } } } } }
    }
  }`,
  variables: { organizationId: team.id },
});

function refusedOf({ id, payload }: Message): string | undefined {
  expect(payload).toMatchObject({
    errors: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', measure: 'cost' } }],
  });
  return id;
}

it('20 wide subscriptions of one agent leave the database to the others', async () => {
  const session = await team.spawn();
  const socket = await openSocket(target.url, { authorization: `Bearer ${agent.token}` });
  for (let at = 0; at < SUBSCRIPTIONS; at += 1) {
    socket.send({ id: String(at), type: 'subscribe', payload: wide(at) });
  }
  // Those beyond the connection's budget are refused; the others are live.
  const refused = new Set<string | undefined>();
  let live: string[] = [];
  while (refused.size + live.length < SUBSCRIPTIONS) {
    const message = await socket.next(({ type }) => type === 'next' || type === 'ping');
    if (!message) throw new Error('The socket was closed.');
    if (message.type === 'next') refused.add(refusedOf(message));
    else live = (message.payload as { subscriptions?: string[] } | undefined)?.subscriptions ?? live;
  }
  expect(live.length).toBeGreaterThan(0);
  await target.withstands(async () => {
    for (let at = 0; at < RENAMES; at += 1) {
      await psql('UPDATE session SET branch = $2 WHERE id = $1', [uuidOf(session.id), `branch ${at}`]);
    }
    // Each subscription hears of every change, unless the server is too busy to read them in time.
    const heard = new Map(live.map((id) => [id, 0]));
    while ([...heard.values()].some((count) => count < RENAMES)) {
      const message = await socket.next(({ type }) => type === 'next');
      if (!message?.id) break;
      const { data, errors } = message.payload as { data?: object; errors?: { extensions: object }[] };
      if (errors) expect(errors[0]?.extensions).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      else expect(data).toEqual({ sessionChanged: { session: expect.anything() } });
      heard.set(message.id, (heard.get(message.id) ?? 0) + 1);
    }
    if ([...heard.values()].some((count) => count < RENAMES)) expect((await socket.closed).code).toBe(1013);
  });
  await socket.close();
});
