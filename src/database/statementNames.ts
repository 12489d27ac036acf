/** The names of prepared statements. PostgreSQL parses and plans a named statement once for each connection. */
import { LRUCache } from 'lru-cache';

export type StatementNames = {
  /** The name of a text; empty for a text that is new here, because most lists of an unusual length come once. */
  nameOf(query: { sql: string }): string;
  /** The number of names given so far. */
  given(): number;
};

/** Texts that are remembered. One that reads lists in lists has some 20,000 characters. */
const TEXTS = { max: 1_000, maxSize: 8_000_000 };

export function createStatementNames(): StatementNames {
  const names = new LRUCache<string, { name: string }>({
    ...TEXTS,
    sizeCalculation: (_name, text) => text.length,
  });
  let given = 0;
  return {
    nameOf({ sql }) {
      const known = names.get(sql);
      if (!known) {
        names.set(sql, { name: '' });
        return '';
      }
      // Counted on, so that a text which was forgotten and a new one never have the same name.
      if (!known.name) {
        given += 1;
        known.name = `s${given}`;
      }
      return known.name;
    },
    given: () => given,
  };
}
