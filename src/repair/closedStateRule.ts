/** The CHECK that the repair restores. It stands in a migration and nowhere else, so it is read from there. */
import { readMigrations } from '../migrations/folder.ts';

export const CONSTRAINT = 'execution_workspaces_closed_state_consistency';

/** The condition of the CHECK, as the last migration that adds it says. */
export async function closedStateRule(): Promise<string> {
  const opening = `ADD CONSTRAINT ${CONSTRAINT} CHECK (`;
  const script = (await readMigrations()).findLast(({ script }) => script.includes(opening))?.script ?? '';
  const start = script.indexOf(opening) + opening.length;
  for (let at = start, depth = 1; at < script.length; at++) {
    if (script[at] === '(') depth += 1;
    if (script[at] === ')') depth -= 1;
    if (depth === 0) return script.slice(start, at).trim();
  }
  throw new Error(`No migration adds ${CONSTRAINT}.`);
}
