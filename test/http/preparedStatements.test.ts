/** What the server's connections keep prepared, and what becomes of it when the schema changes. */
import { openDatabase } from '../../src/database/db.ts';
import { expect, it } from '../support/test.ts';

const CREATE = `mutation($slug: String!) {
  createOrganization(input: { slug: $slug, name: "Rocket" }) {
    ... on CreateOrganizationPayload { organization { slug name } }
    ... on UserError { code message }
  }
}`;

it('operations succeed after a migration has changed the type of a column that they read', async ({
  app,
  psql,
}) => {
  const { token } = await app.signUp();
  const client = app.client(token);
  const ask = async (query: string, variables = {}) => await (await client.raw({ query, variables })).json();
  const create = (slug: string) => ask(CREATE, { slug });
  const read = () => ask('{ organization(slug: "one") { name } }');
  // A text is prepared when it comes for the second time.
  for (const slug of ['one', 'two', 'three']) await create(slug);
  for (let n = 0; n < 3; n += 1) await read();

  await psql('ALTER TABLE organization ALTER COLUMN name TYPE varchar');
  expect(await Promise.all([read(), read()])).toEqual(
    Array(2).fill({ data: { organization: { name: 'Rocket' } } }),
  );
  await psql('ALTER TABLE organization ALTER COLUMN name TYPE text');
  expect(await create('four')).toEqual({
    data: { createOrganization: { organization: { slug: 'four', name: 'Rocket' } } },
  });
});

it('a connection keeps a limited number of statements prepared', async ({ database }) => {
  const db = openDatabase(database.url, () => {}, { connections: 1 });
  try {
    const kept = async () => {
      const [row] = await db.prisma.$queryRaw<{ kept: number }[]>`
        SELECT count(*)::int AS kept FROM pg_prepared_statements`;
      return row?.kept ?? 0;
    };
    const most = [];
    for (let n = 0; n < 1_200; n += 1) {
      for (let times = 0; times < 2; times += 1) await db.prisma.$queryRawUnsafe(`SELECT ${n} AS n`);
      if (n % 100 === 99) most.push(await kept());
    }
    expect(Math.max(...most)).toBeGreaterThan(100);
    expect(Math.max(...most)).toBeLessThan(600);
  } finally {
    await db.close();
  }
});
