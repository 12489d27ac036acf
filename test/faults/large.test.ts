/** A transaction of many rows, and a row of many bytes. */
import { expect, it } from 'vitest';
import type { Organization } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { readFigures } from '../support/metrics.ts';
import { type Message, openSocket } from '../support/rawSocket.ts';

const ROWS = scaled(6_000, 100_000);
/** Each new row locks its project's row, which makes many inserts slow. */
const ROWS_AT_ONCE = 1_000;
/** Node.js alone takes about 120 MB. */
const MAX_RSS_BYTES = 700 * 1024 * 1024;
const TITLE_CHARACTERS = 5 * 1024 * 1024;

async function residentMegabytes(urls: string[]): Promise<number> {
  const figures = await Promise.all(urls.map(readFigures));
  const bytes = Math.max(...figures.map((figure) => figure('process_resident_memory_bytes')));
  expect(bytes).toBeLessThan(MAX_RSS_BYTES);
  return Math.round(bytes / 1024 / 1024);
}

it('a transaction of very many rows is delivered completely within bounded memory', {
  timeout: TIMEOUT,
}, async ({ task }) => {
  await using stage = await openStage();
  const { place } = stage;
  const organization = place.organizations[0] as Organization;
  const rows: string[] = [];
  while (rows.length < ROWS) rows.push(...(await place.sessions(organization, ROWS_AT_ONCE)));
  const urls = (await Promise.all([stage.serve(), stage.serve()])).map(({ url }) => url);
  await stage.drained();
  for (const url of urls) await stage.listen(url, ['muster ws', 'raw sse']);

  const writing = stage.write({ changes: Number.POSITIVE_INFINITY, writers: 4, pauseMs: 20 });
  await writing.reached(100);
  await place.raise(rows);
  await writing.reached(writing.committed() + 100);
  writing.stop();
  await writing.done;
  const verdict = await stage.settle();
  conclude({ task }, verdict, `${ROWS} rows, servers take up to ${await residentMegabytes(urls)} MB`);
});

it('a row of five megabytes is delivered', { timeout: TIMEOUT }, async ({ task }) => {
  await using stage = await openStage();
  const { place } = stage;
  const organization = place.organizations[0] as Organization;
  const id = await place.pullRequest(organization);
  const servers = await Promise.all([stage.serve(), stage.serve()]);
  await stage.drained();
  for (const { url } of servers) await stage.listen(url);
  const socket = await openSocket(servers[1].url, { authorization: `Bearer ${place.token}` });
  socket.send({
    id: '1',
    type: 'subscribe',
    payload: {
      query: `subscription ($id: ID!) { prChanged(organizationId: $id) { pullRequest { title } } }`,
      variables: { id: organization.globalId },
    },
  });
  await socket.next(({ type, payload }) => type === 'ping' && payload !== undefined);

  const writing = stage.write({ changes: 600, pauseMs: 10 });
  await writing.reached(200);
  await place.pool.query(`UPDATE pull_request SET title = repeat('x', $2::int) WHERE id = $1`, [
    id,
    TITLE_CHARACTERS,
  ]);
  const event = await socket.next(({ type }) => type === 'next');
  const { data } = (event as Message).payload as { data: { prChanged: { pullRequest: { title: string } } } };
  expect(data.prChanged.pullRequest.title).toHaveLength(TITLE_CHARACTERS);
  await writing.done;
  const verdict = await stage.settle();
  await socket.close();

  // The error message is truncated and says so.
  const { rows } = await place.pool.query(
    `SELECT octet_length(payload::text) AS bytes, payload -> 'truncated' AS truncated FROM change_log
      WHERE type = 'PR_UPDATED'`,
  );
  expect(rows).toEqual([{ bytes: expect.any(Number), truncated: ['title'] }]);
  const rss = await residentMegabytes(servers.map(({ url }) => url));
  conclude({ task }, verdict, `its change takes ${rows[0].bytes} bytes; servers take up to ${rss} MB`);
});
