/** The rules that docs/invariants.md lists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Line = {
  name: string;
  /** The heading above it. */
  table: string;
  /** The code of the error, `no error`, or undefined when no input reaches the rule. */
  answer: string | undefined;
};

export function pageLines(): Line[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/invariants.md'), 'utf8');
  const [, ...sections] = page.split(/^## /m);
  return sections.flatMap((section) => {
    const table = section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/^\| `(\w+)` \| .+ \| (?:`([A-Z_]+)`|(no error)[^|]*|—) \|$/gm)].map(
      ([, name = '', code, noError]) => ({ name, table, answer: code ?? noError }),
    );
  });
}
