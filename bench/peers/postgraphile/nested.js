/**
 * PostGraphile 5 with its own preset, on a schema of views of Muster's tables. Views, because it cannot name all columns of
 * the tables themselves, and hides a list whose index does not begin with the organization.
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { listen } from '../../../src/http/listen.ts';

const connectionString = process.env.DATABASE_URL;
const VIEWS = {
  organization: { columns: 'id, slug', tags: '@unique slug' },
  agent: {
    columns: 'id, organization_id, name, role, status, hired_at',
    tags: '@foreignKey (organization_id) references organization (id)',
  },
  session: {
    columns: 'id, agent_id, branch, activity_state, created_at',
    tags: '@foreignKey (agent_id) references agent (id)',
  },
  pull_request: {
    columns: 'id, session_id, number, title, state, ci_state, created_at',
    tags: '@foreignKey (session_id) references session (id)',
  },
  pull_request_check: {
    columns: 'id, pull_request_id, name, status, created_at',
    tags: '@foreignKey (pull_request_id) references pull_request (id)',
  },
};
const client = new pg.Client({ connectionString });
await client.connect();
await client.query('CREATE SCHEMA postgraphile');
for (const [name, { columns, tags }] of Object.entries(VIEWS)) {
  await client.query(`CREATE VIEW postgraphile.${name} AS SELECT ${columns} FROM public.${name}`);
  await client.query(`COMMENT ON VIEW postgraphile.${name} IS E'@primaryKey id\\n${tags}'`);
}
await client.end();

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  // It looks for the indexes of a view.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ connectionString, schemas: ['postgraphile'] })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
process.send?.({ url: `${await listen(server, '127.0.0.1', 0)}/graphql`, pid: process.pid });
