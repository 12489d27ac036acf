/**
 * A newer version has migrated the database, and a pull request is in a state that this server does not know. A
 * subscription that selects the state gets an error, and no other subscription is affected.
 */
import { expect, it } from 'vitest';
import type { Organization } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { type Message, openSocket } from '../support/rawSocket.ts';

const FAILURES = scaled(20, 500);

it('a resolver that throws for one subscription affects no other', { timeout: TIMEOUT }, async ({ task }) => {
  await using stage = await openStage();
  const { place } = stage;
  const organization = place.organizations[0] as Organization;
  const id = await place.pullRequest(organization);
  const { url } = await stage.serve();
  await stage.drained();
  const listeners = await stage.listen(url);

  // Both share one socket, which must survive.
  const socket = await openSocket(url, { authorization: `Bearer ${place.token}` });
  const query = (fields: string) =>
    `subscription ($id: ID!) { prChanged(organizationId: $id) { ${fields} } }`;
  const variables = { id: organization.globalId };
  socket.send({
    id: 'bad',
    type: 'subscribe',
    payload: { query: query('type pullRequest { ciState }'), variables },
  });
  socket.send({ id: 'good', type: 'subscribe', payload: { query: query('type'), variables } });
  await socket.next(
    ({ type, payload }) =>
      type === 'ping' && (payload as { subscriptions?: string[] })?.subscriptions?.length === 2,
  );
  const isNext = ({ type }: Message) => type === 'next';
  const writing = stage.write({ changes: FAILURES * 20, pauseMs: 10 });
  await place.pool.query(`ALTER TYPE ci_state ADD VALUE 'FLAKY'`);
  await place.pool.query(`UPDATE pull_request SET ci_state = 'FLAKY' WHERE id = $1`, [id]);
  await socket.next(isNext);
  await socket.next(isNext);
  for (let failure = 1; failure <= FAILURES; failure += 1) {
    await place.pool.query('UPDATE pull_request SET title = $2 WHERE id = $1', [id, String(failure)]);
    const results = [await socket.next(isNext), await socket.next(isNext)];
    const good = results.find((message) => message?.id === 'good');
    const bad = results.find((message) => message?.id === 'bad');
    expect(good?.payload).toEqual({ data: { prChanged: { type: 'PR_UPDATED' } } });
    expect(bad?.payload).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_ERROR' } }] });
  }
  await writing.done;
  const verdict = await stage.settle();
  await socket.close();
  conclude({ task }, verdict, `${FAILURES} events that failed`);
  expect(listeners.map((each) => each.reconnects())).toEqual(listeners.map(() => 0));
});
