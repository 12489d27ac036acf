/** A server is killed, and its clients resume at another one. */
import { expect, it } from 'vitest';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { startProxy } from '../support/proxy.ts';

const KILLS = scaled(2, 20);
const CHANGES_BETWEEN = 250;

it('clients of a killed server receive every change once and in order', { timeout: TIMEOUT }, async ({
  task,
}) => {
  await using stage = await openStage();
  let [current, other] = await Promise.all([stage.serve(), stage.serve()]);
  await using network = await startProxy(current.url);
  const listeners = await stage.listen(network.url);
  const writing = stage.write({ changes: Number.POSITIVE_INFINITY, pauseMs: 25 });
  for (let kill = 0; kill < KILLS; kill += 1) {
    await writing.reached(writing.committed() + CHANGES_BETWEEN);
    await current.stop('SIGKILL');
    network.leadTo(other.url);
    [current, other] = [other, await stage.serve()];
  }
  await writing.reached(writing.committed() + CHANGES_BETWEEN);
  writing.stop();
  await writing.done;
  const verdict = await stage.settle();
  conclude({ task }, verdict, `${KILLS} kills`);
  for (const listener of listeners) expect(listener.reconnects()).toBeGreaterThanOrEqual(KILLS);
});
