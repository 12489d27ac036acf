/**
 * Measures what a delivery costs when subscribers ask with different documents: `npm run bench -- fanout-mixed`.
 *
 * As `fanout`, one event a batch, but the 1,000 subscribers of a server share 1, 10 or 100 documents.
 */
import { documentOf } from './fanout/event.ts';
import { costOf } from './fanout/measure.ts';
import { measureRounds, sayRounds } from './fanout/rounds.ts';
import { openSockets, startSockets, startWays } from './fanout/ways.ts';
import { say } from './support/figures.ts';
import { sayTable } from './support/table.ts';

const SUBSCRIBERS = 1_000;
const DOCUMENTS = [1, 10, 100];
const ROUNDS = 3;
const ROUND_MS = 1_000;

await using cleanUp = new AsyncDisposableStack();
const ways = await startWays(cleanUp);
const sockets = await startSockets(cleanUp);

const costs = new Map<string, string[]>(ways.map(({ name }) => [name, []]));
for (const count of DOCUMENTS) {
  const documents = Array.from({ length: count }, (_, n) => documentOf(n));
  for (const way of ways) await openSockets(sockets, way, SUBSCRIBERS, documents);
  const found = await measureRounds(ways, sockets, { events: 1, rounds: ROUNDS, ms: ROUND_MS });
  say(`\n${SUBSCRIBERS} subscribers with ${count} ${count === 1 ? 'document' : 'documents'}`);
  sayRounds(found);
  for (const [name, figures] of found) costs.get(name)?.push(costOf(figures).toFixed(1));
  for (const { name } of ways) await sockets.ask({ server: name, close: true });
}

say('\nCPU µs/delivery, by the number of documents');
sayTable([['server', ...DOCUMENTS.map(String)], ...[...costs].map(([name, each]) => [name, ...each])]);
