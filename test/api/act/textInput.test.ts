/** What people type in, wherever they do: the same few rules hold for every text, and none of them is an outage. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AddMember,
  ClaimPR,
  CreateOrganization,
  CreateToken,
  RegisterProject,
  SpawnSession,
} from '../../support/mutations.ts';
import { hasSucceeded, refused } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

type Outcome = { __typename: string };
type Field = { min: number; max: number; send(text: string): Promise<Outcome> };

let work: Work;
let team: Team;
let sessionId: string;
beforeAll(async () => {
  work = await startWork();
  team = await work.createTeam();
  sessionId = (await team.spawn()).id;
});
afterAll(() => work.close());

let count = 0;
const unique = () => `n-${++count}`;

async function register(more: object) {
  const project = { organizationId: team.id, slug: unique(), name: 'Rocket' };
  return (await team.owner.query(RegisterProject, { input: { ...project, ...more } })).registerProject;
}

async function spawn(more: object) {
  return (await team.owner.query(SpawnSession, { input: { projectId: team.project.id, ...more } }))
    .spawnSession;
}

const fields: Record<string, Field> = {
  'createOrganization name': {
    min: 1,
    max: 100,
    send: async (name) =>
      (await team.owner.query(CreateOrganization, { input: { slug: unique(), name } })).createOrganization,
  },
  'addMember name': {
    min: 1,
    max: 100,
    send: async (name) => {
      const input = { organizationId: team.id, email: `${unique()}@example.com`, name };
      return (await team.owner.query(AddMember, { input })).addMember;
    },
  },
  'createToken label': {
    min: 1,
    max: 100,
    send: async (label) =>
      (await team.owner.query(CreateToken, { input: { organizationId: team.id, label } })).createToken,
  },
  'registerProject name': { min: 1, max: 100, send: (name) => register({ name }) },
  'spawnSession prompt': { min: 0, max: 4096, send: (prompt) => spawn({ prompt }) },
  'spawnSession displayName': { min: 1, max: 20, send: (displayName) => spawn({ displayName }) },
  'spawnSession branch': { min: 0, max: 255, send: (branch) => spawn({ branch }) },
  'spawnSession workspacePath': { min: 1, max: 4096, send: (workspacePath) => spawn({ workspacePath }) },
  'spawnSession idempotencyKey': {
    min: 1,
    max: 255,
    send: (idempotencyKey) => spawn({ idempotencyKey }),
  },
};

const last = (field: string): string => field.split(' ')[1] ?? '';

describe.each(Object.entries(fields))('%s', (field, { min, max, send }) => {
  const refusal = { code: 'INVALID_INPUT', issues: [{ path: last(field) }] };

  it('is counted in characters, whatever they take in UTF-16', async () => {
    for (const text of ['x'.repeat(max), '🚀'.repeat(max), ` ${'é'.repeat(max)} `]) {
      expect(hasSucceeded(await send(text)), text.slice(0, 2)).toBe(true);
    }
    for (const text of ['x'.repeat(max + 1), '🚀'.repeat(max + 1)]) {
      expect(refused(await send(text))).toMatchObject(refusal);
    }
  });

  it(min === 0 ? 'may be blank' : 'is never blank', async () => {
    for (const blank of ['', ' \t\n', '\u00a0\u2003\ufeff']) {
      if (min === 0) expect(hasSucceeded(await send(blank))).toBe(true);
      else expect(refused(await send(blank))).toMatchObject(refusal);
    }
  });

  it('holds no NUL, and no half of a character', async () => {
    for (const text of ['a\u0000b', 'a\ud83d', '\ude80b']) {
      expect(refused(await send(text)), JSON.stringify(text)).toMatchObject(refusal);
    }
  });
});

describe('any text at all', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    // Halves of characters too, as no well-formed text has them but JSON can spell them.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.constantFrom('\u0000', '"', '\\', '\\u0000', `'; --`, '\u202e', '\u0085', '{}', 'null', '%00'),
  );

  const alsoShaped: Record<string, (text: string) => Promise<Outcome>> = {
    'createOrganization slug': async (slug) =>
      (await team.owner.query(CreateOrganization, { input: { slug, name: 'Acme' } })).createOrganization,
    'addMember email': async (local) => {
      const input = { organizationId: team.id, email: `${local}@example.com`, name: 'Bob' };
      return (await team.owner.query(AddMember, { input })).addMember;
    },
    'registerProject repoUrl': (path) => register({ repoUrl: `https://github.com/acme/${path}` }),
    'claimPR pr': async (pr) => (await team.owner.query(ClaimPR, { input: { sessionId, pr } })).claimPR,
  };
  const senders = Object.entries({
    ...Object.fromEntries(Object.entries(fields).map(([field, { send }]) => [field, send])),
    ...alsoShaped,
  });

  it.each(senders)('is taken or refused as %s, and never makes us fail', async (_field, send) => {
    await fc.assert(
      // `query` throws on a top-level error, which is what a text that only the database refuses would be.
      fc.asyncProperty(text, async (given) => {
        expect((await send(given)).__typename).toMatch(/(Payload|Error)$/);
      }),
      { numRuns: 40 },
    );
  });
});
