/** An object that the viewer must not see gets the same bytes as one that does not exist. */
import { getNamedType, isInputObjectType } from 'graphql';
import { capitalized, mutations, schema, subscriptions } from '../schema/shape.ts';
import type { Client } from '../support/client.ts';
import { openSocket } from '../support/rawSocket.ts';
import { describe, expect } from '../support/test.ts';
import { ACTS } from './acts.ts';
import { type Cast, test } from './cast.ts';
import { foreignIds, foreignThings } from './foreignIds.ts';

const it = test
  .extend('owner', { scope: 'file' }, async ({ cast }) => cast.clients.owner)
  .extend('things', { scope: 'file' }, async ({ cast, psql }) => await foreignThings(cast.otherTeam, psql));

/** An object of another type than the id, visible to the viewer. */
const ownThing = (cast: Cast, type: string) =>
  type === 'Organization' ? cast.team.project.id : cast.team.id;

/** Every ID field of the mutation inputs. */
const inputIds = mutations.flatMap(({ name }) => {
  const input = schema.getType(`${capitalized(name)}Input`);
  if (!isInputObjectType(input)) throw new Error(`${name} has no input.`);
  return Object.values(input.getFields())
    .filter(({ type }) => getNamedType(type).name === 'ID')
    .map((field) => ({
      mutation: name,
      field: field.name,
      type: typeOfField(name, field.name),
    }));
});

/** The type whose id a field takes: a field `id` takes the noun of its mutation, such as `retryExecutionWorkspaceCleanup`. */
function typeOfField(mutation: string, name: string): string {
  if (name === 'id') return mutation.replace(/^[a-z]+/, '').replace(/^(ExecutionWorkspace).*/, '$1');
  const named: Record<string, string> = {
    memberId: 'Membership',
    parentId: 'Workspace',
    inverseId: 'RelationshipType',
    versionId: 'WatcherVersion',
  };
  return named[name] ?? capitalized(name.replace(/Id$/, ''));
}

it('the schema has an ID field in almost every mutation input', () => {
  expect(inputIds.length).toBeGreaterThanOrEqual(mutations.length - 1);
});

describe.each(inputIds)('$mutation with a foreign $field', ({ mutation, field, type }) => {
  it('returns NOT_FOUND with the same bytes for every such id', async ({ cast, owner, things }) => {
    const prepare = Object.entries(ACTS).find(([name]) => name.split(':')[0] === mutation)?.[1];
    const input = await prepare?.(cast, 'owner');
    const before = [await cast.team.footprint(), await cast.otherTeam.footprint()];
    const answers = new Set<string>();
    for (const id of foreignIds(type, things, ownThing(cast, type))) {
      const query = `mutation Act($input: ${capitalized(mutation)}Input!) {
        ${mutation}(input: $input) { __typename ... on UserError { code message } }
      }`;
      answers.add(await answerOf(owner, { query, variables: { input: { ...input, [field]: id } } }));
    }
    expect([...answers]).toEqual([expect.stringMatching(/^200 .*"code":"NOT_FOUND"/)]);
    expect([await cast.team.footprint(), await cast.otherTeam.footprint()]).toEqual(before);
  });
});

describe('a query', () => {
  it.for(['Organization', 'User', 'Membership', 'Token', 'Agent', 'Project', 'Session', 'PullRequest'])(
    'for a foreign %s by id returns null',
    async (type, { cast, owner, things }) => {
      // The last id is visible to the viewer, only of another type: it must be found under its own type alone.
      const ids = foreignIds(type, things, ownThing(cast, type)).filter((id) => id !== ownThing(cast, type));
      const node = new Set<string>();
      const nodes = new Set<string>();
      for (const id of ids) {
        node.add(
          await answerOf(owner, { query: 'query($id: ID!) { node(id: $id) { id } }', variables: { id } }),
        );
        nodes.add(
          await answerOf(owner, { query: 'query($id: ID!) { nodes(ids: [$id]) { id } }', variables: { id } }),
        );
      }
      expect([...node]).toEqual(['200 {"data":{"node":null}}']);
      expect([...nodes]).toEqual(['200 {"data":{"nodes":[null]}}']);
    },
  );

  it('for the slug of another organization returns null, as for an unknown slug', async ({ cast, owner }) => {
    const query = 'query($slug: String!) { organization(slug: $slug) { id } }';
    for (const slug of [cast.otherTeam.slug, 'nobody-has-this']) {
      expect(await answerOf(owner, { query, variables: { slug } })).toBe(
        '200 {"data":{"organization":null}}',
      );
    }
  });

  it.for([
    ['sessions(projectId: $id)', 'Project'],
    ['changes(entityId: $id)', 'Session'],
    ['changes(actorId: $id)', 'User'],
    ['changes(actorId: $id)', 'Agent'],
    ['structureEvents(subjectId: $id)', 'Token'],
  ] as const)(
    'for %s with a foreign id of type %s returns an empty list',
    async ([field, type], { cast, owner, things }) => {
      const query = `query($slug: String!, $id: ID!) { organization(slug: $slug) {
      ${field} { totalCount nodes { __typename } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    } }`;
      const answers = new Set<string>();
      for (const id of foreignIds(type, things, ownThing(cast, type))) {
        answers.add(await answerOf(owner, { query, variables: { slug: cast.team.slug, id } }));
      }
      expect([...answers]).toEqual([expect.stringMatching(/^200 .*"totalCount":0,"nodes":\[\]/)]);
    },
  );
});

describe.each(subscriptions)('the subscription $name', ({ name, type }) => {
  it('returns NOT_FOUND with the same bytes for every foreign organization', async ({
    cast,
    things,
    app,
  }) => {
    const query = `subscription($id: ID!) { ${name}(organizationId: $id) { __typename cursor } }`;
    expect(String(type)).toMatch(/!$/);
    const answers = new Set<string>();
    for (const id of foreignIds('Organization', things, ownThing(cast, 'Organization'))) {
      const socket = await openSocket(app.url, { authorization: `Bearer ${cast.tokens.owner}` });
      const messages = await socket.operation({ query, variables: { id } });
      answers.add(withoutRequestId(JSON.stringify(messages)));
      await socket.close();
    }
    expect([...answers]).toEqual([expect.stringMatching(/"code":"NOT_FOUND".*"complete"/)]);
  });
});

async function answerOf(owner: Client, body: object): Promise<string> {
  const response = await owner.raw(body);
  return `${response.status} ${await response.text()}`;
}

/** The request id differs for each operation. */
function withoutRequestId(text: string): string {
  return text.replaceAll(/"requestId":"[0-9a-f-]{36}"/g, '"requestId":"…"');
}
