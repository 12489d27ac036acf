/** The server dies, and all its clients reconnect to the next one at once. */
import { expect, it } from 'vitest';
import type { ClientKind } from '../support/faults/listener.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { freePort } from '../support/redis.ts';

/** Clients in each of two organizations. A token may have 5,000 subscriptions. */
const CLIENTS = scaled(75, 2_500);
const STORMS = scaled(1, 2);
const CHANGES = scaled(30, 50);

it('many clients that reconnect at once receive every change once and in order', {
  timeout: TIMEOUT,
}, async ({ task }) => {
  await using stage = await openStage();
  const PORT = String(await freePort());
  let server = await stage.serve([], { PORT });
  const kinds = Array<ClientKind>(CLIENTS).fill('raw ws');
  const listeners = await stage.listen(server.url, kinds);
  const write = async () => await stage.write({ changes: CHANGES, writers: 2, pauseMs: 50 }).done;

  await write();
  for (let storm = 0; storm < STORMS; storm += 1) {
    await server.stop('SIGKILL');
    await write();
    server = await stage.serve([], { PORT });
    await write();
  }
  const verdict = await stage.settle();
  conclude({ task }, verdict, `${STORMS} storms`);
  for (const listener of listeners) expect(listener.reconnects()).toBeGreaterThanOrEqual(STORMS);
});
