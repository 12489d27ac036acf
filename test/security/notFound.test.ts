/** An object that the viewer must not see gets the same bytes as one that does not exist. */
import { getNamedType, isInputObjectType, isRequiredArgument } from 'graphql';
import { globalId } from '../../src/value/globalId.ts';
import {
  capitalized,
  connections,
  fieldsOf,
  mutations,
  namedTypeOf,
  schema,
  subscriptions,
} from '../schema/shape.ts';
import type { Client } from '../support/client.ts';
import { uuidOf } from '../support/psql.ts';
import { openSocket } from '../support/rawSocket.ts';
import { describe, expect } from '../support/test.ts';
import { ACTS } from './acts.ts';
import { type Cast, test } from './cast.ts';
import { foreignIds, foreignThings } from './foreignIds.ts';
import { objectType } from './selection.ts';

const organizationType = objectType('Organization');

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
  it('returns NOT_FOUND with the name of the field and the same bytes for every such id', async ({
    cast,
    owner,
    things,
  }) => {
    const prepare = Object.entries(ACTS).find(([name]) => name.split(':')[0] === mutation)?.[1];
    const input = await prepare?.(cast, 'owner');
    const before = [await cast.team.footprint(), await cast.otherTeam.footprint()];
    const answers = new Set<string>();
    for (const id of foreignIds(type, things, ownThing(cast, type))) {
      const query = `mutation Act($input: ${capitalized(mutation)}Input!) {
        ${mutation}(input: $input) { __typename ... on UserError { code message } ... on NotFoundError { field } }
      }`;
      answers.add(await answerOf(owner, { query, variables: { input: { ...input, [field]: id } } }));
    }
    expect([...answers]).toEqual([expect.stringMatching(/^200 .*"code":"NOT_FOUND"/)]);
    expect([...answers][0]).toContain(`"field":"${field}"`);
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
});

/** Every list that takes an id as a filter, and the types of the ids. */
const FILTERS = fieldsOf(organizationType).flatMap(({ name, args }) =>
  args
    .filter((arg) => getNamedType(arg.type).name === 'ID' && !isRequiredArgument(arg))
    .flatMap((arg) => filterTypes(arg.name).map((type) => ({ list: name, argument: arg.name, type }))),
);

/** The types whose ids a filter takes. */
function filterTypes(argument: string): string[] {
  const several: Record<string, string[]> = {
    actorId: ['User', 'Agent'],
    entityId: ['Session', 'PullRequest'],
    subjectId: ['Token', 'Agent'],
    importId: ['OrgImport'],
    parentId: ['Workspace'],
    rootId: ['Workspace'],
    hiredById: ['User'],
    spawnedById: ['User'],
  };
  return several[argument] ?? [capitalized(argument.replace(/Id$/, ''))];
}

it('the schema has filters by id', () => {
  expect(FILTERS.length).toBeGreaterThanOrEqual(8);
});

describe.each(FILTERS)('$list($argument:) with an id of type $type', ({ list, argument, type }) => {
  const ask = async (cast: Cast, owner: Client, id: string) => {
    const field = fieldsOf(organizationType).find(({ name }) => name === list);
    const isList = field && connections.some((each) => each === namedTypeOf(field));
    const query = `query($slug: String!, $id: ID!) { organization(slug: $slug) {
      found: ${list}(${argument}: $id) { ${isList ? 'totalCount nodes { __typename } pageInfo { hasNextPage startCursor }' : '__typename'} }
    } }`;
    return withoutRequestId(await answerOf(owner, { query, variables: { slug: cast.team.slug, id } }));
  };

  it('finds the same nothing for an object of another organization as for one that does not exist', async ({
    cast,
    owner,
    things,
  }) => {
    const [foreign = '', madeUp = ''] = foreignIds(type, things, ownThing(cast, type));
    const answer = await ask(cast, owner, madeUp);
    expect(answer).not.toContain('errors');
    expect(answer).not.toContain('"totalCount":1');
    expect(await ask(cast, owner, foreign)).toBe(answer);
  });

  it('is BAD_USER_INPUT, with the same bytes, for a text that is no id or one of an unknown type', async ({
    cast,
    owner,
  }) => {
    const answers = new Set<string>();
    for (const id of [
      'garbage',
      '',
      '\0',
      '\u{1f680}',
      uuidOf(cast.team.id),
      Buffer.from(`${type}:1`).toString('base64'),
      globalId('Nonsense', uuidOf(cast.team.id)),
    ]) {
      answers.add(await ask(cast, owner, id));
    }
    expect([...answers]).toEqual([expect.stringMatching(/"code":"BAD_USER_INPUT"/)]);
    expect([...answers][0]).toContain(`\`${argument}\``);
  });
});

describe('a filter by the id of another type', () => {
  it.for([
    ['sessions', 'projectId', 'Session'],
    ['changes', 'actorId', 'Session'],
    ['workspaces', 'parentId', 'Agent'],
  ] as const)(
    '%s(%s:) with the id of a %s is BAD_USER_INPUT',
    async ([list, argument, type], { cast, owner, things }) => {
      const query = `query($slug: String!, $id: ID!) { organization(slug: $slug) { ${list}(${argument}: $id) { totalCount } } }`;
      const variables = { slug: cast.team.slug, id: things[type] };
      expect(await answerOf(owner, { query, variables })).toContain('"code":"BAD_USER_INPUT"');
    },
  );

  it('structureEvents(type:) with a type that no event has is BAD_USER_INPUT', async ({ cast, owner }) => {
    const query = `query($slug: String!, $type: StructureEventType) {
      organization(slug: $slug) { structureEvents(type: $type) { totalCount } }
    }`;
    const answer = await answerOf(owner, { query, variables: { slug: cast.team.slug, type: 'NONSENSE' } });
    expect(answer).toContain('"code":"BAD_USER_INPUT"');
  });
});

describe.each(subscriptions)('the subscription $name', ({ name, type, args }) => {
  const filters = args.filter((arg) => getNamedType(arg.type).name === 'ID' && !isRequiredArgument(arg));

  it.for(filters.map(({ name: argument }) => argument))(
    'is refused with BAD_USER_INPUT for a text in %s that is no id',
    async (argument, { cast, app }) => {
      const query = `subscription($id: ID!) { ${name}(organizationId: $id, ${argument}: "garbage") { __typename } }`;
      const socket = await openSocket(app.url, { authorization: `Bearer ${cast.tokens.owner}` });
      const messages = await socket.operation({ query, variables: { id: cast.team.id } });
      await socket.close();
      expect(JSON.stringify(messages)).toMatch(/"code":"BAD_USER_INPUT".*"complete"/);
    },
  );

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
    expect([...answers]).toEqual([
      expect.stringMatching(/"code":"NOT_FOUND","field":"organizationId".*"complete"/),
    ]);
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
