/** Ids that name nothing a viewer may see, in all the ways there are; none may be told from another. */
import { globalId } from '../../src/globalId.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { newToken } from './cast.ts';

const MADE_UP = '01890000-0000-7000-8000-000000000000';

/** One thing of each type that is somebody else's, by type. */
export async function foreignThings(team: Team): Promise<Record<string, string>> {
  const session = await team.spawn();
  team.onGitHub(1);
  const { pullRequest } = succeeded(await team.claim(session.id, 1));
  return {
    Organization: team.id,
    User: globalId('User', team.owner.userId),
    Token: (await newToken(team, team.owner.userId)).id,
    Agent: (await team.hire()).id,
    Membership: (await team.join('MEMBER')).memberId,
    Project: team.project.id,
    Session: session.id,
    PullRequest: pullRequest.id,
  };
}

export function foreignIds(type: string, things: Record<string, string>, own: string): string[] {
  const foreign = things[type];
  if (!foreign) throw new Error(`Nobody else has a ${type}.`);
  return [
    foreign,
    globalId(type, MADE_UP),
    // What the viewer sees, called something else; and something of another type.
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
