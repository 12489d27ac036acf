/** Ids that a viewer must not be able to tell apart: of invisible, unknown and mistyped objects. */
import { globalId, parseGlobalId } from '../../src/value/globalId.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { furnish, walk } from './walk.ts';

const MADE_UP = '01890000-0000-7000-8000-000000000000';

/** The global id of one object of another team for each type, by type. */
export async function foreignThings(team: Team, psql: Psql): Promise<Record<string, string>> {
  const { ids } = await walk(team.owner, await furnish(team, psql));
  // The walk starts at the owner of the team, so the first id of each type is kept.
  return Object.fromEntries([...ids].reverse().map((id) => [parseGlobalId(id)?.type, id]));
}

export function foreignIds(type: string, things: Record<string, string>, own: string): string[] {
  const foreign = things[type];
  if (!foreign) throw new Error(`The other team has no ${type}.`);
  return [
    foreign,
    globalId(type, MADE_UP),
    // The UUID of a visible object under another type, and a visible object of another type.
    globalId(type === 'Session' ? 'Project' : 'Session', uuidOf(own)),
    own,
    globalId('Nonsense', MADE_UP),
    Buffer.from(`${type}:1`).toString('base64'),
    uuidOf(foreign),
    'garbage',
    '\u{1f680}',
    '\0',
    '',
  ];
}
