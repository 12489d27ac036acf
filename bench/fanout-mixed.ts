/**
 * Measures what a delivery costs when subscribers ask with different documents: `npm run bench -- fanout-mixed`.
 *
 * As `fanout`, one event a batch, but the 1,000 subscribers of a server share 1, 10 or 100 documents; and the 1,000 are the
 * subscriptions of 100 sockets, ten of each with a document each.
 */
import { documentOf } from './fanout/event.ts';
import { costOf } from './fanout/measure.ts';
import { measureRounds, sayRounds } from './fanout/rounds.ts';
import { openSockets, startSockets, startWays } from './fanout/ways.ts';
import { say } from './support/figures.ts';
import { sayTable } from './support/table.ts';

const SUBSCRIPTIONS = 1_000;
const MIXES = [
  { documents: 1, each: 1 },
  { documents: 10, each: 1 },
  { documents: 100, each: 1 },
  { documents: 10, each: 10 },
];
const ROUNDS = 3;
const ROUND_MS = 1_000;

await using cleanUp = new AsyncDisposableStack();
const ways = await startWays(cleanUp);
const sockets = await startSockets(cleanUp);

const costs = new Map<string, string[]>(ways.map(({ name }) => [name, []]));
const titles = MIXES.map(
  ({ documents, each }) => `documents: ${documents}, sockets: ${SUBSCRIPTIONS / each}`,
);
for (const [n, { documents: count, each }] of MIXES.entries()) {
  const documents = Array.from({ length: count }, (_, index) => documentOf(index));
  for (const way of ways) await openSockets(sockets, way, SUBSCRIPTIONS / each, documents, each);
  const found = await measureRounds(ways, sockets, { events: 1, rounds: ROUNDS, ms: ROUND_MS });
  say(`\n${SUBSCRIPTIONS} subscriptions, ${titles[n]}`);
  sayRounds(found);
  for (const [name, figures] of found) costs.get(name)?.push(costOf(figures).toFixed(1));
  for (const { name } of ways) await sockets.ask({ server: name, close: true });
}

say('\nCPU µs/delivery');
sayTable([['server', ...titles], ...[...costs].map(([name, each]) => [name, ...each])]);
