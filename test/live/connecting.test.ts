/** What it takes to connect and to subscribe, and whose rights a subscription has that is opened right after. */
import { print } from 'graphql';
import { newToken } from '../security/cast.ts';
import { uuidOf } from '../support/psql.ts';
import { type Message, openSocket, type RawSocket } from '../support/rawSocket.ts';
import { countStatements } from '../support/statements.ts';
import { describe, expect, it } from '../support/test.ts';
import { Changes } from './documents.ts';

const AT_ONCE = 40;

const authorization = (token: string) => ({ authorization: `Bearer ${token}` });
const isLive = (count: number) => (message: Message) =>
  message.type === 'ping' &&
  (message.payload as { subscriptions?: string[] } | undefined)?.subscriptions?.length === count;

function subscribe(socket: RawSocket, organizationId: string, id = '1'): void {
  socket.send({ id, type: 'subscribe', payload: { query: print(Changes), variables: { organizationId } } });
}

describe('a WebSocket that subscribes at once', () => {
  it('is authenticated once, and its subscriptions share what they read', async ({
    sharedTeam: team,
    app,
    database,
  }) => {
    // Notes the use of the token, which is a statement of its own once a minute.
    await app.client(team.owner.token).raw({ query: '{ viewer { name } }' });
    const counted = countStatements(database.url);
    const socket = await openSocket(app.url, authorization(team.owner.token));
    for (let id = 1; id <= AT_ONCE; id += 1) subscribe(socket, team.id, `${id}`);
    await socket.next(isLive(AT_ONCE));
    counted.stop();
    await socket.close();
    expect(counted.authentications()).toBeLessThan(AT_ONCE / 4);
    expect(counted.feedReads()).toBeLessThan(AT_ONCE / 2);
    expect(counted.count()).toBe(0);
  });

  it('is closed with 4403 when its token was revoked meanwhile', async ({ sharedTeam: team, app, psql }) => {
    const { id, secret } = await newToken(team, team.owner.userId);
    const socket = await openSocket(app.url, authorization(secret));
    await psql('UPDATE token SET revoked_at = now() WHERE id = $1', [uuidOf(id)]);
    subscribe(socket, team.id);
    expect((await socket.closed).code).toBe(4403);
  });

  it('finds an organization that its viewer has joined meanwhile', async ({
    app,
    sharedTeam: team,
    psql,
  }) => {
    const { token, userId } = await app.signUp('Ida');
    const socket = await openSocket(app.url, authorization(token));
    await psql(`INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, 'MEMBER')`, [
      uuidOf(team.id),
      userId,
    ]);
    subscribe(socket, team.id);
    expect(await socket.next(isLive(1))).toBeDefined();
    await socket.close();
  });
});
