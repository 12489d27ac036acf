/**
 * Measures what a delivery costs: `npm run bench -- fanout`.
 *
 * Each server has 1,000 subscribers on WebSockets, all with the same document. Events come one by one and twenty in a
 * batch, each batch after the one before has reached all subscribers. Muster's are changes of the database. What it uses
 * for as many changes that nobody hears is taken off. Peers send an event of the same size from memory.
 */
import { documentOf } from './fanout/event.ts';
import { measureRounds, sayRounds } from './fanout/rounds.ts';
import { openSockets, startSockets, startWays } from './fanout/ways.ts';
import { say } from './support/figures.ts';

const SUBSCRIBERS = 1_000;
const BATCHES = [1, 20];
const ROUNDS = 4;
const ROUND_MS = 1_500;

await using cleanUp = new AsyncDisposableStack();
const ways = await startWays(cleanUp);
const sockets = await startSockets(cleanUp);
for (const way of ways) await openSockets(sockets, way, SUBSCRIBERS, [documentOf(0)]);

for (const events of BATCHES) {
  const found = await measureRounds(ways, sockets, { events, rounds: ROUNDS, ms: ROUND_MS });
  say(`\n${SUBSCRIBERS} subscribers, ${events} ${events === 1 ? 'event' : 'events'} a batch`);
  sayRounds(found);
}
