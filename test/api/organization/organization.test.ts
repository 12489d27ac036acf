import { findOrCreateUser } from '../../../src/services/organization/user.ts';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { Person } from '../../support/app.ts';
import { CreateOrganization } from '../../support/mutations.ts';
import { asOperator } from '../../support/operator.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import type { Psql } from '../../support/psql.ts';
import { describe, expect, test } from '../../support/test.ts';

const OrganizationAndMembers = graphql(`
  query OrganizationAndMembers($slug: String!) {
    organization(slug: $slug) {
      id
      members {
        totalCount
        nodes {
          role
          user {
            id
          }
        }
      }
    }
  }
`);

const OwnOrganizations = graphql(`
  query OwnOrganizations {
    viewer {
      personalOrganization {
        id
        slug
        name
        viewerRole
      }
      organizations {
        totalCount
        nodes {
          id
        }
      }
    }
  }
`);

const it = test.extend('ann', { scope: 'file' }, async ({ app }) => await app.signUp());

async function create(ann: Person, slug: string, { name = 'Acme', by = ann } = {}) {
  return (await by.query(CreateOrganization, { input: { slug, name } })).createOrganization;
}

/** The total number of organizations and memberships. */
async function counts(psql: Psql): Promise<unknown> {
  const [row] = await psql<object>(
    `SELECT (SELECT count(*) FROM organization)::int AS organizations,
            (SELECT count(*) FROM membership)::int AS memberships`,
  );
  return row;
}

describe('createOrganization', () => {
  it('makes the viewer the OWNER and the only member', async ({ ann }) => {
    const { organization } = succeeded(await create(ann, 'acme', { name: ' Acme & Söhne ' }));
    expect(organization).toMatchObject({ slug: 'acme', name: 'Acme & Söhne', viewerRole: 'OWNER' });
    expect((await ann.query(OrganizationAndMembers, { slug: 'acme' })).organization).toEqual({
      id: organization.id,
      members: { totalCount: 1, nodes: [{ role: 'OWNER', user: { id: globalId('User', ann.userId) } }] },
    });
  });

  it('creates an organization that other users do not see', async ({ ann, app }) => {
    succeeded(await create(ann, 'private'));
    const eve = await app.signUp('Eve');
    expect(await eve.query(OrganizationAndMembers, { slug: 'private' })).toEqual({ organization: null });
  });
});

describe('the slug of an organization', () => {
  it.for(['a', '7', 'a-b', 'a--b', '0-0', 'x'.repeat(63), ' trimmed '])(
    'may be %j',
    async (slug, { ann }) => {
      expect(succeeded(await create(ann, slug)).organization.slug).toBe(slug.trim());
    },
  );

  it.for([
    '',
    ' ',
    '-',
    '-a',
    'a-',
    'Acme',
    'ac me',
    'ac_me',
    'ac.me',
    'ac/me',
    'ac\nme',
    'ac\u0000me',
    'akmé',
    '٣',
    'x'.repeat(64),
  ])('must not be %j', async (slug, { ann, psql }) => {
    const before = await counts(psql);
    expect(refused(await create(ann, slug))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'slug' }],
    });
    expect(await counts(psql)).toEqual(before);
  });
});

describe('createOrganization with an invalid input', () => {
  it('names every invalid field', async ({ ann }) => {
    expect(refused(await create(ann, 'No', { name: ' ' }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'slug' }, { path: 'name' }],
    });
  });

  it('fails as BAD_USER_INPUT when a required field is missing', async ({ ann }) => {
    const response = await ann.raw({
      query:
        'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }',
      variables: { input: { slug: 'nameless' } },
    });
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('"name"'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});

describe('createOrganization returns SLUG_TAKEN', () => {
  it('for every user when the slug exists', async ({ ann, psql, app }) => {
    succeeded(await create(ann, 'taken'));
    const bob = await app.signUp('Bob');
    const before = await counts(psql);
    for (const by of [ann, bob]) {
      expect(refused(await create(ann, 'taken', { by }))).toMatchObject({
        code: 'SLUG_TAKEN',
        slug: 'taken',
      });
    }
    expect(await counts(psql)).toEqual(before);
  });

  it('for nine of ten concurrent mutations with the same slug', async ({ ann, app }) => {
    const people = await Promise.all(Array.from({ length: 10 }, () => app.signUp()));
    const results = await Promise.all(people.map((by) => create(ann, 'wanted', { by })));
    expect(results.filter(hasSucceeded)).toHaveLength(1);
    for (const result of results.filter((each) => !hasSucceeded(each))) {
      expect(refused(result)).toMatchObject({ code: 'SLUG_TAKEN', slug: 'wanted' });
    }
    const winner = people[results.findIndex(hasSucceeded)];
    expect((await winner?.query(OrganizationAndMembers, { slug: 'wanted' }))?.organization).toMatchObject({
      members: { totalCount: 1 },
    });
  });
});

describe('a personal organization', () => {
  it('is created with its user, who is its OWNER', async ({ ann, app }) => {
    const bob = await app.signUp('Bob');
    const { viewer } = await bob.query(OwnOrganizations);
    expect(viewer.personalOrganization).toMatchObject({ name: 'Bob', viewerRole: 'OWNER' });
    expect(viewer.organizations).toEqual({ totalCount: 1, nodes: [{ id: viewer.personalOrganization?.id }] });
    expect(succeeded(await create(ann, 'second', { by: bob })).organization.id).not.toBe(
      viewer.personalOrganization?.id,
    );
  });

  it('has a slug that is taken for other users', async ({ ann, app }) => {
    const bob = await app.signUp('Bob');
    const slug = (await bob.query(OwnOrganizations)).viewer.personalOrganization?.slug ?? '';
    expect(refused(await create(ann, slug)).code).toBe('SLUG_TAKEN');
  });

  it('is created with every user, whatever the e-mail address', async ({ app, psql }) => {
    const localParts = [
      '+++',
      'jürgen',
      '山田',
      '-.-',
      `${'a'.repeat(39)}..b`,
      'z'.repeat(200),
      'bob',
      'bob',
    ];
    for (const [at, localPart] of localParts.entries()) {
      const email = `${localPart}@host-${at}.example.com`;
      const user = await asOperator(app.app.db, (tx) => findOrCreateUser(tx, { email, name: 'Bob' }));
      expect(
        await psql(
          `SELECT o.name, m.role FROM "user" u JOIN organization o ON o.id = u.personal_organization_id
             JOIN membership m ON m.organization_id = o.id AND m.user_id = u.id WHERE u.id = $1`,
          [user.id],
        ),
        email,
      ).toEqual([{ name: 'Bob', role: 'OWNER' }]);
    }
  });
});
