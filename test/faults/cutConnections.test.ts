/** Every connection is cut repeatedly, some in the middle of a message. */
import { expect, it } from 'vitest';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { startProxy } from '../support/proxy.ts';

const CUTS = scaled(12, 200);
const CHANGES_BETWEEN = 150;
/** A connection's first event arrives after about 4 KB. */
const MAX_BYTES = 200_000;

it('clients whose connections are cut receive every change once and in order', { timeout: TIMEOUT }, async ({
  task,
}) => {
  await using stage = await openStage();
  const servers = await Promise.all([stage.serve(), stage.serve()]);
  await using network = await startProxy(servers[0]?.url ?? '');
  network.cutAfter(() => 500 + Math.random() * MAX_BYTES);
  const listeners = await stage.listen(network.url);

  const writing = stage.write({ changes: CUTS * CHANGES_BETWEEN });
  for (let cut = 1; cut <= CUTS; cut += 1) {
    await writing.reached(cut * CHANGES_BETWEEN);
    // Reconnecting clients reach the other server.
    network.leadTo(servers[cut % 2]?.url);
    network.cut();
  }
  await writing.done;
  const verdict = await stage.settle();
  const reconnects = listeners.reduce((sum, each) => sum + each.reconnects(), 0);
  conclude({ task }, verdict, `${reconnects} reconnects`);
  expect(reconnects).toBeGreaterThan(CUTS);
});
