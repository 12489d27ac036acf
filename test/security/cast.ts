/** The viewers of the permission tests, one for each relation to an organization. */
import { globalId } from '../../src/value/globalId.ts';
import type { Person, TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { CreateToken } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { CreateTeam, Team, TeamAgent } from '../support/team.ts';
import { test as base } from '../support/test.ts';

/** The viewers who see the organization. */
export const INSIDERS = ['agent', 'member', 'admin', 'owner'] as const;
/**
 * Viewers who do not see it: a user of another organization, a removed admin, the owner with a token of another
 * organization.
 */
export const OUTSIDERS = ['outsider', 'former', 'elsewhere'] as const;
/** The columns of the tables. The client `nobody` sends no token. */
export const ROLES = ['nobody', ...OUTSIDERS, ...INSIDERS] as const;

export type Insider = (typeof INSIDERS)[number];
export type Outsider = (typeof OUTSIDERS)[number];
export type Role = (typeof ROLES)[number];

export type Cast = {
  team: Team;
  psql: Psql;
  /** The team of the outsider, who does not see `team`. */
  otherTeam: Team;
  clients: Record<Role, Client>;
  tokens: Record<Insider | Outsider, string>;
  /** Another user with each role, as a global id. */
  colleagues: Record<Exclude<Insider, 'agent'> | 'outsider', string>;
  /** The agent of the column `agent`, and another agent that the owner hired. */
  agents: { own: TeamAgent; other: TeamAgent };
  /** The workspaces of these agents. */
  seats: { own: string; other: string };
  /** A token of the removed admin, created before the removal. */
  formerTokenId: string;
  /** A token of another member that is valid in all organizations of that member, so it belongs to none. */
  loginTokenId: string;
  /** Makes one more token that is valid in all organizations of the viewer; of its user, for a token of one organization. */
  newLoginToken(role: Role): Promise<{ tokenId: string }>;
  /** The addresses of the viewers that are people. */
  emails: Partial<Record<Role, string>>;
  createTeam: CreateTeam;
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
  // The first use of a token is recorded: it must not happen during a test.
  await agent.raw({ query: '{ viewer { id } }' });
  const colleague = await team.join('MEMBER', 'Mia');
  const [login] = await psql<{ id: string }>('SELECT id FROM token WHERE user_id = $1', [colleague.userId]);
  const people = {
    outsider: otherTeam.owner,
    former,
    elsewhere: team.owner,
    member,
    admin,
    owner: team.owner,
  };
  return {
    team,
    psql,
    otherTeam,
    createTeam,
    emails: Object.fromEntries(Object.entries(people).map(([role, { email }]) => [role, email])),
    async newLoginToken(role) {
      const { userId } = (people as Partial<Record<Role, Person>>)[role] ?? colleague;
      const [made] = await psql<{ id: string }>(
        `INSERT INTO token (user_id, label, prefix, hash)
         VALUES ($1, 'login', 'mst_', encode(sha256(gen_random_uuid()::text::bytea), 'hex')) RETURNING id`,
        [userId],
      );
      return { tokenId: globalId('Token', made?.id ?? '') };
    },
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

/** A token that the owner of the team creates for a member. */
export async function newToken(team: Team, userId: string): Promise<{ id: string; secret: string }> {
  const { createToken } = await team.owner.query(CreateToken, {
    input: { organizationId: team.id, userId: globalId('User', userId), label: 'test' },
  });
  const { token, secret } = succeeded(createToken);
  return { id: token.id, secret: secret ?? '' };
}
