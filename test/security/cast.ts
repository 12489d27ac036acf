/** Who asks, in the tests of permissions: everybody there is in respect of one organization. */
import { globalId } from '../../src/globalId.ts';
import type { TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { CreateToken } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { CreateTeam, Team, TeamAgent } from '../support/team.ts';
import { test as base } from '../support/test.ts';

/** Those for whom the organization is there. */
export const INSIDERS = ['agent', 'member', 'admin', 'owner'] as const;
/** Those for whom it is not: a stranger, one who was an admin, and its owner by a token of another organization. */
export const OUTSIDERS = ['outsider', 'former', 'elsewhere'] as const;
/** The columns of the tables. Nobody has no token. */
export const ROLES = ['nobody', ...OUTSIDERS, ...INSIDERS] as const;

export type Insider = (typeof INSIDERS)[number];
export type Outsider = (typeof OUTSIDERS)[number];
export type Role = (typeof ROLES)[number];

export type Cast = {
  team: Team;
  /** The outsider's: as foreign to the team as the team is to it. */
  otherTeam: Team;
  clients: Record<Role, Client>;
  tokens: Record<Insider | Outsider, string>;
  /** For each role somebody else who has it too, by the global id of the user. */
  colleagues: Record<Exclude<Insider, 'agent'> | 'outsider', string>;
  /** The one of the column, and another one that the owner hired too. */
  agents: { own: TeamAgent; other: TeamAgent };
  /** The workspaces that these agents work in. */
  seats: { own: string; other: string };
  /** A token of the former one's, from before. */
  formerTokenId: string;
  /** A colleague's token that is good in each of the colleague's organizations, and so belongs to none. */
  loginTokenId: string;
};

/** The tests of permissions share one cast in each file. */
export const test = base.extend('cast', { scope: 'file' }, ({ createTeam, app, psql }) =>
  createCast(createTeam, app, psql),
);

async function createCast(createTeam: CreateTeam, app: TestApp, psql: Psql): Promise<Cast> {
  const team = await createTeam();
  const otherTeam = await createTeam(await app.signUp('Olga'));
  const member = await team.join('MEMBER', 'Max');
  const admin = await team.join('ADMIN', 'Ada');
  const former = await team.join('ADMIN', 'Fay');
  const formerTokenId = (await newToken(team, former.userId)).id;
  await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(former.memberId)]);

  const elsewhere = await createTeam(team.owner);
  const { secret } = await newToken(elsewhere, team.owner.userId);
  const seats = { own: (await team.addWorkspace()).id, other: (await team.addWorkspace()).id };
  const agent = await team.hire({ name: 'Robin', workspaceId: seats.own });
  // Its first use is noted at its token: not in the midst of a test.
  await agent.raw({ query: '{ viewer { id } }' });
  const colleague = await team.join('MEMBER', 'Mia');
  const [login] = await psql<{ id: string }>('SELECT id FROM token WHERE user_id = $1', [colleague.userId]);
  return {
    team,
    otherTeam,
    clients: {
      nobody: app.client(),
      outsider: otherTeam.owner,
      former,
      elsewhere: app.client(secret),
      agent,
      member,
      admin,
      owner: team.owner,
    },
    agents: { own: agent, other: await team.hire({ name: 'Kim', workspaceId: seats.other }) },
    seats,
    tokens: {
      outsider: otherTeam.owner.token,
      former: former.token,
      elsewhere: secret,
      agent: agent.token,
      member: member.token,
      admin: admin.token,
      owner: team.owner.token,
    },
    colleagues: {
      member: globalId('User', colleague.userId),
      admin: globalId('User', (await team.join('ADMIN', 'Abe')).userId),
      owner: globalId('User', (await team.join('OWNER', 'Oda')).userId),
      outsider: globalId('User', otherTeam.owner.userId),
    },
    formerTokenId,
    loginTokenId: globalId('Token', login?.id ?? ''),
  };
}

/** A token that the team's owner makes for a member. */
export async function newToken(team: Team, userId: string): Promise<{ id: string; secret: string }> {
  const { createToken } = await team.owner.query(CreateToken, {
    input: { organizationId: team.id, userId: globalId('User', userId), label: 'test' },
  });
  const { token, secret } = succeeded(createToken);
  return { id: token.id, secret: secret ?? '' };
}
