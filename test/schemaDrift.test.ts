import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datamodelDiff, EMPTY_DATAMODEL } from '../prisma/migration/datamodelDiff.ts';
import { type CatalogEntry, catalog } from './support/catalog.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';

/**
 * Migrations are completed by hand, so they could differ from the data model of the Prisma client. Here Prisma writes
 * the SQL for the data model, that SQL runs in a schema beside the migrated one, and the two catalogs are compared.
 * The database may have more than Prisma can declare (CHECKs, triggers, functions, partial indexes, partitions), but
 * not other tables, columns, types, nullability, enums or foreign keys, and no missing key or index.
 */

const DECLARED = 'declared';
let database: TestDatabase;
let client: pg.Client;
let datamodel: string;
let baseline: string[];

beforeAll(async () => {
  datamodel = await readFile(join(import.meta.dirname, '../prisma/schema.prisma'), 'utf8');
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  baseline = await differences(datamodel);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Every difference between a data model and the migrated database, one line each. */
async function differences(model: string): Promise<string[]> {
  const views = new Set(
    [...model.matchAll(/^view (\w+) \{([^}]*)\}/gm)].map(
      ([, name, body]) => /@@map\("(\w+)"\)/.exec(body ?? '')?.[1] ?? name,
    ),
  );
  // Prisma writes no SQL for a view, but it does for a model of the same fields.
  const sql = await datamodelDiff(EMPTY_DATAMODEL, model.replaceAll(/^view /gm, 'model '));
  await client.query('BEGIN');
  try {
    await client.query(`CREATE SCHEMA ${DECLARED}`);
    // The public schema comes second: defaults may call the functions of the migrations.
    await client.query(`SET LOCAL search_path = ${DECLARED}, public`);
    await client.query(sql);
    const declared = facts(await catalog(client, DECLARED), DECLARED, views);
    const actual = facts(await catalog(client, 'public'), 'public', views);
    return compare(declared, actual);
  } finally {
    await client.query('ROLLBACK');
  }
}

/** The objects of a schema that Prisma can declare: the name of each, and a text that is the same for equal ones. */
function facts(entries: CatalogEntry[], schema: string, views: Set<string | undefined>): Map<string, string> {
  const known = new Map<string, string>();
  const plain = (text: unknown) =>
    String(text)
      .replaceAll(`${schema}.`, '')
      // Prisma spells out the precision that PostgreSQL takes by default.
      .replace(/^(time\S*)\(6\)/, '$1');

  // Partitions look like their parent, and Prisma ignores views that it does not declare.
  const tables = new Set<string>();
  for (const { kind, name, definition } of entries) {
    const table = plain(name);
    if (views.has(table)) known.set(`view ${table}`, schema === DECLARED ? 'view' : kind);
    else if (kind === 'table' && definition.parent === null && table !== '_prisma_migrations') {
      tables.add(table);
      known.set(`table ${table}`, 'a table');
    }
  }
  for (const { kind, name, definition } of entries) {
    const own = plain(name);
    const table = own.replace(/\.[^.]+$/, '');
    if (kind === 'enum') known.set(`enum ${own}`, String(definition.values));
    // PostgreSQL does not know whether a column of a view can be null.
    if (kind === 'column' && views.has(table)) known.set(own, plain(definition.type));
    if (kind === 'column' && tables.has(table)) {
      known.set(own, `${plain(definition.type)}${definition.nullable ? '' : ' NOT NULL'}`);
      if (definition.default || definition.identity || definition.generated)
        known.set(`default of ${own}`, 'set');
    }
    if (kind === 'constraint' && definition.type === 'f' && tables.has(table)) {
      // Prisma cannot say that a deletion sets only some of the columns to null.
      const text = plain(definition.definition).replace(/ DEFERRABLE.*/, '');
      known.set(`foreign key ${own}`, text.replace(/ SET NULL \([^)]*\)/, ' SET NULL'));
    }
    if (kind === 'index' && tables.has(plain(definition.table))) {
      known.set(`index ${own}`, plain(definition.definition).replace(' ON ONLY ', ' ON '));
    }
  }
  return known;
}

/** Objects that the migrations may add to those of Prisma. */
const MAY_BE_EXTRA = /^(index|default of) /;

function compare(declared: Map<string, string>, actual: Map<string, string>): string[] {
  const found: string[] = [];
  for (const name of new Set([...declared.keys(), ...actual.keys()])) {
    const [inModel, inDatabase] = [declared.get(name), actual.get(name)];
    if (inModel === inDatabase) continue;
    if (inDatabase === undefined) found.push(`${name}: in the data model (${inModel}), not in the database`);
    else if (inModel !== undefined)
      found.push(`${name}: ${inModel} in the data model, ${inDatabase} in the database`);
    else if (!MAY_BE_EXTRA.test(name))
      found.push(`${name}: not in the data model, in the database (${inDatabase})`);
  }
  return found.sort();
}

describe('the data model and the migrated database', () => {
  it('are the same', () => {
    expect(baseline).toEqual([]);
  });
});

describe('the comparison of data model and database finds', () => {
  const differing: [string, RegExp, string, string[]][] = [
    [
      'an extra column in the data model',
      /(?<=^model Organization \{\n)/m,
      '  extra Int?\n',
      ['organization.extra: in the data model (integer), not in the database'],
    ],
    [
      'a missing column in the data model',
      /(?<=^model Organization \{[^}]*)\n +name +String/m,
      '',
      ['organization.name: not in the data model, in the database (text NOT NULL)'],
    ],
    [
      'other nullability',
      /(?<=^model Organization \{[^}]*\n +slug +String)/m,
      '?',
      ['organization.slug: text in the data model, text NOT NULL in the database'],
    ],
    [
      'another type',
      /(?<=^model Organization \{[^}]*\n +name +String)/m,
      ' @db.VarChar(100)',
      ['organization.name: character varying(100) NOT NULL in the data model, text NOT NULL in the database'],
    ],
    [
      'a default that the database lacks',
      /(?<=^model Organization \{[^}]*\n +name +String)/m,
      ' @default("x")',
      ['default of organization.name: in the data model (set), not in the database'],
    ],
    [
      'a missing value of an enum',
      /(?<=^enum MembershipRole \{[^}]*)\n +ADMIN/m,
      '',
      ['enum membership_role: OWNER,MEMBER in the data model, OWNER,ADMIN,MEMBER in the database'],
    ],
    [
      'an extra table with its key',
      /$(?![\s\S])/,
      'model extra {\n  id Int @id\n}\n',
      [
        'extra.id: in the data model (integer NOT NULL), not in the database',
        'index extra_pkey: in the data model (CREATE UNIQUE INDEX extra_pkey ON extra USING btree (id)), not in the database',
        'table extra: in the data model (a table), not in the database',
      ],
    ],
    [
      'an index that the database lacks',
      /(?<=^model Organization \{[^}]*)(?=\n +@@map)/m,
      '\n  @@unique([name], map: "organization_name_key")',
      [
        'index organization_name_key: in the data model (CREATE UNIQUE INDEX organization_name_key ON organization USING btree (name)), not in the database',
      ],
    ],
    [
      'another action of a foreign key',
      /(?<=^model Membership \{[^}]*\n +user +User [^\n]*onDelete: )Restrict/m,
      'Cascade',
      [
        'foreign key membership.membership_user_id_fkey: FOREIGN KEY (user_id) REFERENCES "user"(id) ON UPDATE CASCADE ON DELETE CASCADE in the data model, FOREIGN KEY (user_id) REFERENCES "user"(id) ON UPDATE CASCADE ON DELETE RESTRICT in the database',
      ],
    ],
    [
      "another type of a view's column",
      /(?<=^view SessionStatus \{[^}]*\n +lane +)SessionLane/m,
      'String',
      ['session_status.lane: text in the data model, session_lane in the database'],
    ],
  ];

  it.each(differing)('%s', async (_what, place, insertion, expected) => {
    expect(datamodel).toMatch(place);
    const found = await differences(datamodel.replace(place, insertion));
    expect(found.filter((line) => !baseline.includes(line))).toEqual(expected);
  });
});
