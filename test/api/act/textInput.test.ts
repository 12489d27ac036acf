/**
 * Every text field follows the same rules: length in characters, no NUL, no lone surrogate, no override of the writing
 * direction; and no control character where it is one line. A refused text is a typed error.
 */
import fc from 'fast-check';
import {
  AddMember,
  ClaimPR,
  CreateOrganization,
  CreateToken,
  RegisterProject,
  SpawnSession,
  UpdateProject,
} from '../../support/mutations.ts';
import { hasSucceeded, refused } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

type Outcome = { __typename: string };
type Send = (team: Team, text: string) => Promise<Outcome | null>;
type Field = { min: number; max: number; hasLines?: true; send: Send };

let count = 0;
const unique = () => `n-${++count}`;

async function register(team: Team, more: object) {
  const project = { organizationId: team.id, slug: unique(), name: 'Rocket' };
  return (await team.owner.query(RegisterProject, { input: { ...project, ...more } })).registerProject;
}

async function spawn(team: Team, more: object) {
  return (await team.owner.query(SpawnSession, { input: { projectId: team.project.id, ...more } }))
    .spawnSession;
}

const fields: Record<string, Field> = {
  'createOrganization name': {
    min: 1,
    max: 100,
    send: async (team, name) =>
      (await team.owner.query(CreateOrganization, { input: { slug: unique(), name } })).createOrganization,
  },
  'addMember name': {
    min: 1,
    max: 100,
    send: async (team, name) => {
      const input = { organizationId: team.id, email: `${unique()}@example.com`, name };
      return (await team.owner.query(AddMember, { input })).addMember;
    },
  },
  'createToken label': {
    min: 1,
    max: 100,
    send: async (team, label) =>
      (await team.owner.query(CreateToken, { input: { organizationId: team.id, label } })).createToken,
  },
  'registerProject name': { min: 1, max: 100, send: (team, name) => register(team, { name }) },
  'updateProject name': {
    min: 1,
    max: 100,
    send: async (team, name) =>
      (await team.owner.query(UpdateProject, { input: { projectId: team.project.id, name } })).updateProject,
  },
  'spawnSession prompt': {
    min: 0,
    max: 4096,
    hasLines: true,
    send: (team, prompt) => spawn(team, { prompt }),
  },
  'spawnSession displayName': { min: 1, max: 20, send: (team, displayName) => spawn(team, { displayName }) },
  'spawnSession branch': { min: 0, max: 255, send: (team, branch) => spawn(team, { branch }) },
  'spawnSession workspacePath': {
    min: 1,
    max: 4096,
    send: (team, workspacePath) => spawn(team, { workspacePath }),
  },
  'spawnSession idempotencyKey': {
    min: 1,
    max: 255,
    hasLines: true,
    send: (team, idempotencyKey) => spawn(team, { idempotencyKey }),
  },
};

const last = (field: string): string => field.split(' ')[1] ?? '';

describe.each(Object.entries(fields))('the text of %s', (field, { min, max, send }) => {
  const refusal = { code: 'INVALID_INPUT', issues: [{ path: last(field) }] };

  it('is limited in characters, not in UTF-16 code units', async ({ sharedTeam: team }) => {
    for (const text of ['x'.repeat(max), '🚀'.repeat(max), ` ${'é'.repeat(max)} `]) {
      expect(hasSucceeded(await send(team, text)), text.slice(0, 2)).toBe(true);
    }
    for (const text of ['x'.repeat(max + 1), '🚀'.repeat(max + 1)]) {
      expect(refused(await send(team, text))).toMatchObject(refusal);
    }
  });

  it(min === 0 ? 'may be blank' : 'must not be blank', async ({ sharedTeam: team }) => {
    for (const blank of ['', ' \t\n', '\u00a0\u2003\ufeff']) {
      if (min === 0) expect(hasSucceeded(await send(team, blank))).toBe(true);
      else expect(refused(await send(team, blank))).toMatchObject(refusal);
    }
  });

  it('must not contain a NUL character or a lone surrogate', async ({ sharedTeam: team }) => {
    for (const text of ['a\u0000b', 'a\ud83d', '\ude80b']) {
      expect(refused(await send(team, text)), JSON.stringify(text)).toMatchObject(refusal);
    }
  });
});

describe('a text of one line', () => {
  const lines = Object.entries(fields).filter(([, { hasLines }]) => !hasLines);

  it.for(lines)(
    'in %s must not contain line breaks and other control characters',
    async ([field, { send }], { sharedTeam: team }) => {
      const controls = ['\n', '\r\n', '\t', '\u0001', '\u001b[2J', '\u007f', '\u0085', '\u2028', '\u2029'];
      for (const text of [...controls.map((control) => `a${control}b`), 'a\n', '\na']) {
        expect(refused(await send(team, text)), JSON.stringify(text)).toMatchObject({
          code: 'INVALID_INPUT',
          issues: [{ path: last(field), message: 'must be one line without control characters' }],
        });
      }
    },
  );
});

describe.each(Object.entries(fields))('the text of %s', (field, { min, hasLines, send }) => {
  it('must not override the writing direction', async ({ sharedTeam: team }) => {
    for (const control of ['\u202a', '\u202d', '\u202e', '\u2066', '\u2069']) {
      expect(refused(await send(team, `a${control}b`)), JSON.stringify(control)).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [
          { path: last(field), message: 'must not contain characters that override the writing direction' },
        ],
      });
    }
  });

  it('may be in any script, with the marks that it needs', async ({ sharedTeam: team }) => {
    for (const text of ['שלום\u200f', 'سلام\u200c', '👩\u200d💻', 'Zoë', '日本']) {
      expect(hasSucceeded(await send(team, text)), text).toBe(true);
    }
  });

  it.runIf(hasLines && min === 0)('keeps its line breaks', async ({ sharedTeam: team }) => {
    expect(hasSucceeded(await send(team, 'one\ntwo\r\n\tthree'))).toBe(true);
  });
});

describe('an arbitrary text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    // Lone surrogates too: no well-formed text has them, but JSON can spell them.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.constantFrom('\u0000', '"', '\\', '\\u0000', `'; --`, '\u202e', '\u0085', '{}', 'null', '%00'),
  );

  const alsoShaped: Record<string, Send> = {
    'createOrganization slug': async (team, slug) =>
      (await team.owner.query(CreateOrganization, { input: { slug, name: 'Acme' } })).createOrganization,
    'addMember email': async (team, local) => {
      const input = { organizationId: team.id, email: `${local}@example.com`, name: 'Bob' };
      return (await team.owner.query(AddMember, { input })).addMember;
    },
    'registerProject repoUrl': (team, path) => register(team, { repoUrl: `https://github.com/acme/${path}` }),
    'claimPR pr': async (team, pr) => {
      const { id: sessionId } = await team.spawn();
      return (await team.owner.query(ClaimPR, { input: { sessionId, pr } })).claimPR;
    },
  };
  const senders = Object.entries({
    ...Object.fromEntries(Object.entries(fields).map(([field, { send }]) => [field, send])),
    ...alsoShaped,
  });

  it.for(senders)(
    'in %s is accepted or gets a typed error, and never causes an internal error',
    async ([_field, send], { sharedTeam: team }) => {
      await fc.assert(
        // `query` throws on a top-level error, which a text that only the database refuses would cause.
        fc.asyncProperty(text, async (given) => {
          expect((await send(team, given))?.__typename).toMatch(/(Payload|Error)$/);
        }),
        { numRuns: 40 },
      );
    },
  );
});
