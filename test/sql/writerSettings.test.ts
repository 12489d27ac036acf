/** The settings of a program that writes to the database do not show in the feed. */
import { graphql } from '../graphql/gql.ts';
import { uuidOf } from '../support/psql.ts';
import { expect, it } from '../support/test.ts';

const WorkspaceOf = graphql(`
  query WorkspaceOf($id: ID!) {
    node(id: $id) {
      ... on Workspace {
        id
        role
        errorRate
        createdAt
        updatedAt
      }
    }
  }
`);

/** Functions that the rules and captures call, with other results. */
const SHADOWS = `
  CREATE SCHEMA shadows;
  CREATE FUNCTION shadows.now() RETURNS timestamptz LANGUAGE sql RETURN timestamptz '1999-01-01Z';
  CREATE FUNCTION shadows.date_time(timestamptz) RETURNS text LANGUAGE sql RETURN 'shadow';
  CREATE FUNCTION shadows.global_id(text, uuid) RETURNS text LANGUAGE sql RETURN 'shadow';
  CREATE FUNCTION shadows.workspace_lineage(uuid) RETURNS uuid[] LANGUAGE sql RETURN '{}'::uuid[];
  CREATE FUNCTION shadows.lower(text) RETURNS text LANGUAGE sql RETURN 'shadow';
  CREATE TEMPORARY TABLE workspace AS TABLE public.workspace WITH NO DATA`;

const SETTINGS = [
  `TimeZone = 'Asia/Kathmandu'`,
  `DateStyle = 'SQL, DMY'`,
  `IntervalStyle = 'sql_standard'`,
  `bytea_output = 'escape'`,
  'extra_float_digits = -15',
  'standard_conforming_strings = off',
  'quote_all_identifiers = on',
  'transform_null_equals = on',
  `default_transaction_isolation = 'serializable'`,
  'search_path = shadows, pg_catalog, public',
];

it('a change by a program with other settings has the values of a query', async ({ team, psql }) => {
  const { id } = await team.addWorkspace();
  for (const statement of SHADOWS.split(';\n')) await psql(statement);
  for (const setting of SETTINGS) await psql(`SET ${setting}`);
  await psql(
    `UPDATE public.workspace SET role = 'other', error_rate = '0.3333333333333333'::float8 WHERE id = $1`,
    [uuidOf(id)],
  );

  const { node } = await team.owner.query(WorkspaceOf, { id });
  expect(node).toMatchObject({ role: 'other', errorRate: 0.3333333333333333 });
  const [change] = await team.changes({ types: ['WORKSPACE_UPDATED'] });
  expect(change?.payload).toMatchObject({ changed: ['role'], row: node });
});
