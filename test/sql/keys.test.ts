/** Keys, and the order of lists, do not depend on the collation of the database. */
import fc from 'fast-check';
import { asciiLower } from '../../src/value/asciiLower.ts';
import { expect, it } from '../support/test.ts';

it('the databases of the suite fold letters otherwise than keys do', async ({ psql }) => {
  expect(await psql(`SELECT lower('IBM') AS lower, 'ß-a' < 'sa' AS ordered`)).toEqual([
    { lower: 'ıbm', ordered: false },
  ]);
});

it('every text in an index has the collation "C"', async ({ psql }) => {
  const texts = await psql<{ name: string; collation: string }>(`
    SELECT format('%s.%s', i.indrelid::regclass, a.attname) AS name, a.attcollation::regcollation::text AS collation
      FROM pg_index i
      CROSS JOIN LATERAL unnest(i.indkey) AS key
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key
      JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND a.attcollation <> 0
       -- Prisma declares this table.
       AND c.relname <> '_prisma_migrations'`);
  expect(texts.length).toBeGreaterThan(30);
  expect(texts.filter(({ collation }) => collation !== '"C"')).toEqual([]);
});

it.for([
  ['template', 'slug'],
  ['installation_item', 'slug'],
  ['unresolved_reviewer', 'reviewer'],
  ['workspace', 'path'],
])('%s.%s, by which lists are ordered, has the collation "C"', async ([table, column], { psql }) => {
  const [found] = await psql(
    'SELECT attcollation::regcollation::text AS collation FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
    [table, column],
  );
  expect(found).toEqual({ collation: '"C"' });
});

it('the server and the database fold every text to the same key', async ({ psql }) => {
  const texts = fc.sample(fc.string({ unit: 'binary' }), 500).filter((text) => !text.includes('\0'));
  // The Kelvin sign, and letters that Turkish folds otherwise.
  const given = [...texts, 'IBM', 'İstanbul', 'ılık', '\u212a', 'STRASSE ß', 'Ångström'];
  const rows = await psql<{ folded: string }>(
    'SELECT ascii_lower(text) AS folded FROM unnest($1::text[]) WITH ORDINALITY AS given (text, at) ORDER BY at',
    [given],
  );
  expect(rows.map(({ folded }) => folded)).toEqual(given.map(asciiLower));
  expect(asciiLower('İIĞ \u212a')).toBe('İiĞ \u212a');
});
