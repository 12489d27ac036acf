/** The ceiling: one prepared statement builds the answer, and its text is passed through. */
import { createServer } from 'node:http';
import pg from 'pg';
import { listen } from '../../../src/http/listen.ts';
import { PAGE_SQL } from '../../nested/page.ts';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const query = {
  name: 'page',
  text: `SELECT json_build_object('data', data)::text AS answer FROM (${PAGE_SQL}) page`,
};

const server = createServer(async (request, response) => {
  // The body is read, as a GraphQL server must.
  for await (const _chunk of request);
  const { rows } = await pool.query<{ answer: string }>(query);
  response.writeHead(200, { 'content-type': 'application/json' }).end(rows[0]?.answer);
});
process.send?.({ url: `${await listen(server, '127.0.0.1', 0)}/graphql`, pid: process.pid });
