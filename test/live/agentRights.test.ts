/** Subscriptions of agents, and of members whose rights change: in every process, with a bus or without. */
import { print } from 'graphql';
import type { TestApp } from '../support/app.ts';
import { openEventStream } from '../support/eventStream.ts';
import { ChangeMemberRole, OffboardAgent, RemoveMember } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';
import { Changes } from './documents.ts';

const it = test
  /** A second process without a bus between the two: it learns of changes from the database alone. */
  .extend('elsewhere', { scope: 'file' }, async ({ app }) => await app.startAnother())
  .extend('robin', async ({ team }) => await team.hire());
it.afterAll(async ({ elsewhere }) => {
  await elsewhere.close();
});

const listen = async (team: Team, app: TestApp, token: string) => {
  const client = app.client(token);
  const subscription = await client.subscribe(Changes, { organizationId: team.id });
  return { client, subscription };
};

describe('an agent', () => {
  it('receives the events of its organization', async ({ team, elsewhere, robin }) => {
    const { subscription } = await listen(team, elsewhere, robin.token);
    const session = await team.spawn();
    expect((await subscription.event()).changes).toMatchObject({
      type: 'SESSION_CREATED',
      entityId: session.id,
    });
    await subscription.stop();
  });

  it('that is offboarded loses its sockets with 4403 and its event streams, in every process', async ({
    team,
    elsewhere,
    robin,
    app,
  }) => {
    const sockets = await Promise.all([listen(team, app, robin.token), listen(team, elsewhere, robin.token)]);
    const stream = await openEventStream(elsewhere.url, robin.token, {
      query: print(Changes),
      variables: { organizationId: team.id },
    });
    // The first block says that it is live.
    await stream.next();
    succeeded((await team.owner.query(OffboardAgent, { input: { agentId: robin.id } })).offboardAgent);
    expect(await Promise.all(sockets.map(({ client }) => client.closed))).toMatchObject([
      { code: 4403 },
      { code: 4403 },
    ]);
    const errors = (await stream.rest()).flatMap(({ data }) => data?.errors ?? []);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await robin.raw({ query: '{ __typename }' })).status).toBe(401);
  });

  it('that fails loses its sockets and event streams', async ({ team, elsewhere, robin, psql }) => {
    const { client } = await listen(team, elsewhere, robin.token);
    await psql(`UPDATE agent SET status = 'ERROR' WHERE name = 'Robin' AND status = 'RUNNING'`);
    expect((await client.closed).code).toBe(4403);
  });
});

describe('a member', () => {
  it('whose role changes is closed with 1012, and one who is removed with 4403', async ({
    team,
    elsewhere,
  }) => {
    const bob = await team.join('MEMBER');
    const before = await listen(team, elsewhere, bob.token);
    succeeded(
      (await team.owner.query(ChangeMemberRole, { input: { memberId: bob.memberId, role: 'ADMIN' } }))
        .changeMemberRole,
    );
    expect((await before.client.closed).code).toBe(1012);
    const after = await listen(team, elsewhere, bob.token);
    succeeded((await team.owner.query(RemoveMember, { input: { memberId: bob.memberId } })).removeMember);
    expect((await after.client.closed).code).toBe(4403);
  });
});
