import { join } from 'node:path';
import { readSqlFiles, type SqlFile } from '../../../prisma/migration/sqlFile.ts';
import { type Check, counted, failure, type Installation, ok } from '../check.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A trigger as `prisma/sql` defines it. */
type Trigger = { name: string; table: string; isAlways: boolean; file: SqlFile };

/** Every trigger of `prisma/sql` is there and fires. Without them the feed misses changes and rules do not hold. */
export const triggersCheck: Check = {
  name: 'triggers',
  needs: 'tables',
  async examine(installation) {
    const { defined, faulty } = await compare(installation);
    if (faulty.length === 0) return ok(`All ${defined.length} triggers fire.`, { triggers: defined.length });
    return failure(
      `${counted(faulty.length, 'trigger')} missing or not enabled as defined: ${faulty.map(nameOf).join(', ')}. Changes that were written meanwhile may be missing in the feed.`,
      'Define them again: muster doctor --repair',
      { faulty: faulty.map(nameOf) },
    );
  },
  /** The files can be replayed at any time. A replay changes no row. */
  async repair(installation) {
    const { faulty } = await compare(installation);
    const client = await installation.pool.connect();
    try {
      for (const { text } of new Set(faulty.map(({ file }) => file))) await client.query(text);
      // A replay leaves the level of a trigger that is not ENABLE ALWAYS as it is.
      for (const { table, name, isAlways } of faulty) {
        await client.query(`ALTER TABLE "${table}" ENABLE ${isAlways ? 'ALWAYS ' : ''}TRIGGER "${name}"`);
      }
    } finally {
      client.release();
    }
    return `Defined ${counted(faulty.length, 'trigger')} again.`;
  },
};

const nameOf = ({ table, name }: Trigger) => `${name} of ${table}`;

async function compare({ pool }: Installation): Promise<{ defined: Trigger[]; faulty: Trigger[] }> {
  const defined = (await readSqlFiles(ROOT)).flatMap(triggersOf);
  const { rows } = await pool.query<{ key: string; enabled: string }>(
    `SELECT c.relname || '.' || t.tgname AS key, t.tgenabled AS enabled
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace`,
  );
  const levels = new Map(rows.map(({ key, enabled }) => [key, enabled]));
  const faulty = defined.filter(
    ({ table, name, isAlways }) => levels.get(`${table}.${name}`) !== (isAlways ? 'A' : 'O'),
  );
  return { defined, faulty };
}

function triggersOf(file: SqlFile): Trigger[] {
  const always = new Set([...file.text.matchAll(/ENABLE ALWAYS TRIGGER (\w+)/g)].map(([, name]) => name));
  return [
    ...file.text.matchAll(/^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (\w+)[^;]*? ON "?(\w+)"?/gm),
  ].map(([, name = '', table = '']) => ({ name, table, isAlways: always.has(name), file }));
}
