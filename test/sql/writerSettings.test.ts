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

it('a change by a program with other settings has the values of a query', async ({ team, psql }) => {
  const { id } = await team.addWorkspace();
  const [before] = await psql(
    `SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style,
            current_setting('extra_float_digits') AS digits`,
  );
  expect(before).toEqual({ zone: 'America/New_York', style: 'SQL, DMY', digits: '-15' });
  for (const statement of SHADOWS.split(';\n')) await psql(statement);
  await psql('SET search_path = shadows, pg_catalog, public');
  await psql(
    `UPDATE public.workspace SET role = 'other', error_rate = '0.3333333333333333'::float8 WHERE id = $1`,
    [uuidOf(id)],
  );

  const { node } = await team.owner.query(WorkspaceOf, { id });
  expect(node).toMatchObject({ role: 'other', errorRate: 0.3333333333333333 });
  const [change] = await team.changes({ types: ['WORKSPACE_UPDATED'] });
  expect(change?.payload).toMatchObject({ changed: ['role'], row: node });
});
