/** The commands of the operator: members, grants and tokens. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globalId } from '../../src/value/globalId.ts';
import { graphql } from '../graphql/gql.ts';
import type { StructureEventType } from '../graphql/graphql.ts';
import type { Client } from '../support/client.ts';
import type { TestDatabase } from '../support/database.ts';
import { CreateToken } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { run } from '../support/process.ts';
import { uuidOf } from '../support/psql.ts';
import { describe, expect, test } from '../support/test.ts';

const Me = graphql(`
  query Me($slug: String!) {
    viewer {
      name
    }
    organization(slug: $slug) {
      viewerRole
    }
  }
`);

const Actors = graphql(`
  query Actors($slug: String!, $type: StructureEventType!) {
    organization(slug: $slug) {
      structureEvents(type: $type) {
        nodes {
          payload
          actor {
            kind
            name
          }
        }
      }
    }
  }
`);

type Muster = (...args: string[]) => Promise<{ code: number; out: string; err: string }>;

const it = test.extend('muster', { scope: 'file' }, ({ database }): Muster => commandsOn(database));

/** Runs commands on a database until they exit. */
function commandsOn(database: TestDatabase): Muster {
  return async (...args) => {
    const child = run(args, { DATABASE_URL: database.url });
    const texts = { out: '', err: '' };
    child.stdout?.on('data', (chunk) => {
      texts.out += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      texts.err += chunk;
    });
    const [code] = await once(child, 'close');
    return { code, out: texts.out.trim(), err: texts.err.trim() };
  };
}

const newEmail = () => `new-${randomUUID()}@example.com`;
const isGood = async (client: Client) => (await client.raw({ query: '{ __typename }' })).status === 200;
const eventsOf = async (owner: Client, slug: string, type: StructureEventType) =>
  (await owner.query(Actors, { slug, type })).organization?.structureEvents.nodes;

describe('muster organization add-member', () => {
  it('adds a new person at once, who needs only a token', async ({ muster, team, app }) => {
    const email = newEmail();
    const added = await muster(
      'organization',
      'add-member',
      team.slug,
      '--email',
      email,
      '--name',
      'Zoe',
      '--role',
      'ADMIN',
    );
    expect(added).toEqual({
      code: 0,
      out: `${email} is a member of ${team.slug} now, with the role ADMIN.`,
      err: '',
    });
    const { out: secret } = await muster('token', 'create', '--email', email);
    const zoe = app.client(secret);
    expect(await zoe.query(Me, { slug: team.slug })).toEqual({
      viewer: { name: 'Zoe' },
      organization: { viewerRole: 'ADMIN' },
    });
    expect(await eventsOf(team.owner, team.slug, 'MEMBER_ADDED')).toMatchObject([
      { payload: { role: 'ADMIN' }, actor: { kind: 'SYSTEM', name: 'command line' } },
    ]);
  });

  it('refuses an unknown organization, a member, a new person without a name, and an unknown role', async ({
    muster,
    team,
  }) => {
    const add = (slug: string, ...options: string[]) =>
      muster('organization', 'add-member', slug, ...options);
    const [owner, stranger] = [team.owner.email, newEmail()];
    const refusals: [string, Awaited<ReturnType<Muster>>][] = [
      ['There is no organization "nowhere".', await add('nowhere', '--email', owner)],
      ['This person already is a member of the organization.', await add(team.slug, '--email', owner)],
      ['--name must be given for a person without an account.', await add(team.slug, '--email', stranger)],
      ['--email must be an e-mail address.', await add(team.slug, '--email', 'zoe')],
    ];
    for (const [message, { code, err }] of refusals) expect([code, err]).toEqual([1, message]);
    expect((await add(team.slug, '--email', owner, '--role', 'KING')).err).toContain(
      'Allowed choices are OWNER',
    );
  });
});

describe('muster organization create --grant', () => {
  it('grants repositories to the new organization, and to none when one of them is no repository', async ({
    muster,
  }) => {
    const slug = `made-${randomUUID()}`;
    const create = (...grants: string[]) =>
      muster('organization', 'create', slug, '--owner', newEmail(), '--grant', ...grants);
    expect(await create('github.com/acme', 'nothing here')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^"nothing here" names no repositories\./),
    });
    expect((await muster('grant', slug)).err).toBe(`There is no organization "${slug}".`);
    expect((await create('github.com/acme', 'ghe.example/tools/cli')).code).toBe(0);
    expect((await muster('grant', slug)).out).toBe('ghe.example/tools/cli\ngithub.com/acme');
  });
});

describe('muster grant', () => {
  it('grants, lists and revokes, and the audit trail tells', async ({ muster, team, psql }) => {
    await psql('DELETE FROM repository_grant WHERE organization_id = $1', [uuidOf(team.id)]);
    expect((await muster('grant', team.slug)).out).toBe(`No repository is granted to ${team.slug}.`);
    const granted = await muster('grant', team.slug, 'github.com/Acme/Rocket', 'github.com/other/*');
    expect(granted).toEqual({ code: 0, out: 'github.com/acme/rocket\ngithub.com/other', err: '' });
    expect(await muster('grant', team.slug, 'github.com/acme/rocket')).toEqual(granted);
    expect((await muster('grant', team.slug)).out).toBe(granted.out);
    expect((await muster('grant', team.slug, '--revoke', 'github.com/other')).out).toBe(
      'github.com/acme/rocket',
    );

    const missing = await muster('grant', team.slug, '--revoke', 'github.com/acme/rocket', 'github.com/acme');
    expect([missing.code, missing.err]).toEqual([1, 'Not granted: github.com/acme. Nothing was revoked.']);
    expect((await muster('grant', team.slug)).out).toBe('github.com/acme/rocket');

    const [newest] = (await eventsOf(team.owner, team.slug, 'REPOSITORY_GRANTED')) ?? [];
    expect(newest).toEqual({
      payload: { repositories: ['github.com/acme/rocket', 'github.com/other'] },
      actor: { kind: 'SYSTEM', name: 'command line' },
    });
    expect(await eventsOf(team.owner, team.slug, 'REPOSITORY_GRANT_REVOKED')).toMatchObject([
      { payload: { repositories: ['github.com/other'] } },
    ]);
  });

  it('refuses what names no repositories, an unknown organization, and --revoke alone', async ({
    muster,
    team,
  }) => {
    expect(await muster('grant', team.slug, 'https://github.com/acme')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^"https:\/\/github\.com\/acme" names no repositories\./),
    });
    expect(await muster('grant', 'nowhere')).toMatchObject({
      code: 1,
      err: 'There is no organization "nowhere".',
    });
    expect((await muster('grant', team.slug, '--revoke')).err).toBe(
      '--revoke takes the repositories to revoke.',
    );
  });
});

describe('muster token', () => {
  it('creates a person on request only', async ({ muster, app }) => {
    const email = newEmail();
    expect((await muster('token', 'create', '--email', email)).err).toBe(
      `There is no user ${email}. With --name, one is created.`,
    );
    const { out } = await muster('token', 'create', '--email', email.toUpperCase(), '--name', 'Zoe');
    expect((await app.client(out).query(Me, { slug: 'x' })).viewer.name).toBe('Zoe');
  });

  it('lists the tokens of a person and of an organization', async ({ muster, team, app }) => {
    const bob = await team.join('MEMBER');
    const input = { organizationId: team.id, userId: globalId('User', bob.userId), label: 'ci of bob' };
    const made = succeeded((await team.owner.query(CreateToken, { input })).createToken);
    const { out } = await muster('token', 'list', '--email', bob.email);
    const [headings, ...lines] = out.split('\n');
    expect(headings).toMatch(
      /^ID +PREFIX +ACTS FOR +ORGANIZATION +LABEL +CREATED BY +CREATED +EXPIRES +USED +STATE$/,
    );
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`${team.slug}  ci of bob  ${team.owner.email}`);
    expect(lines[0]).toMatch(new RegExp(`^${uuidOf(made.token.id)} .* valid$`));
    expect(lines[1]).toMatch(/ all +test +- /);
    expect(out).not.toContain(made.secret ?? '-');

    const ofTeam = await muster('token', 'list', '--organization', team.slug);
    expect(ofTeam.out.split('\n')).toHaveLength(2);
    expect((await muster('token', 'list', '--email', newEmail())).out).toBe('There are no such tokens.');
    expect(await isGood(app.client(made.secret ?? ''))).toBe(true);
  });

  it('revokes a token by its prefix or id, with what was made with it', async ({ muster, team, app }) => {
    const bob = await team.join('ADMIN');
    const input = { organizationId: team.id, label: 'made' };
    const made = succeeded((await bob.query(CreateToken, { input })).createToken);
    const prefix = bob.token.slice(0, 10);
    const revoked = await muster('token', 'revoke', prefix);
    expect(revoked).toEqual({
      code: 0,
      out: expect.stringMatching(/^Revoked:\n {2}mst_\S+ {2}\S+\n {2}mst_\S+ {2}\S+$/),
      err: '',
    });
    expect(revoked.out).toContain(`${prefix}  test`);
    expect([await isGood(bob), await isGood(app.client(made.secret ?? ''))]).toEqual([false, false]);
    expect((await muster('token', 'revoke', uuidOf(made.token.id))).out).toBe('It was revoked already.');
    expect((await muster('token', 'list', '--email', bob.email)).out).toBe('There are no such tokens.');
    expect((await muster('token', 'list', '--email', bob.email, '--all')).out).toMatch(/revoked$/);
    expect(await eventsOf(team.owner, team.slug, 'TOKEN_REVOKED')).toMatchObject([
      { payload: { label: 'made' }, actor: { kind: 'SYSTEM', name: 'command line' } },
    ]);
    expect((await muster('token', 'revoke', 'mst_none')).err).toMatch(/^There is no token "mst_none"\./);
  });
});
