/** The permissions of every mutation, tried by every kind of viewer. */

import { capitalized, mutations } from '../schema/shape.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { describe, expect } from '../support/test.ts';
import { ACTS, PERMISSIONS } from './acts.ts';
import { type Cast, ROLES, type Role, test } from './cast.ts';

/** The tests refuse the agent more than a minute's share of entries in its log. */
const it = test.extend('config', { scope: 'file' }, { quotas: { agentRefusalsPerMinute: 1_000 } });

const CODES: Record<string, string> = { 401: 'UNAUTHENTICATED', no: 'FORBIDDEN', none: 'NOT_FOUND' };

it('the permission table has every mutation of the schema, and an input for every row', () => {
  const rows = PERMISSIONS.map(({ name }) => mutationOf(name));
  expect([...new Set(rows)].sort()).toEqual(mutations.map(({ name }) => name).sort());
  expect(PERMISSIONS.map(({ name }) => name).sort()).toEqual(Object.keys(ACTS).sort());
});

describe.each(PERMISSIONS)('$name', ({ name, ...permissions }) => {
  it.for(ROLES.map((role) => [role, permissions[role]] as const))(
    'answers the viewer "%s" with "%s"',
    async ([role, permission], { cast, psql }) => {
      const input = await inputOf(cast, name, role);
      const before = await cast.team.footprint();
      const outcome = await act(cast, role, mutationOf(name), input);
      if (permission === 'yes') {
        expect(outcome).toBe(`${capitalized(mutationOf(name))}Payload`);
        return;
      }
      expect(outcome).toBe(CODES[permission]);
      if (role === 'agent')
        expect(await newestAction(cast, psql)).toEqual({ action: mutationOf(name), code: outcome });
      // A refused mutation writes nothing.
      expect(await cast.team.footprint()).toEqual(before);
    },
  );
});

/** The type name of the payload, or the code of the refusal. */
async function act(cast: Cast, role: Role, mutation: string, input: object): Promise<string> {
  const response = await cast.clients[role].raw({
    query: `mutation Act($input: ${capitalized(mutation)}Input!) {
      ${mutation}(input: $input) { __typename ... on UserError { code } }
    }`,
    variables: { input },
  });
  const { data, errors } = await response.json();
  if (errors) return errors[0].extensions.code;
  return data[mutation].code ?? data[mutation].__typename;
}

/** The last refusal in the action log of the agent. */
async function newestAction(cast: Cast, psql: Psql): Promise<{ action: string; code: string } | undefined> {
  const [action] = await psql<{ action: string; code: string }>(
    `SELECT action, metadata ->> 'code' AS code FROM agent_action
      WHERE agent_id = $1 AND outcome = 'DENIED' ORDER BY id DESC LIMIT 1`,
    [uuidOf(cast.agents.own.id)],
  );
  return action;
}

async function inputOf(cast: Cast, name: string, role: Role): Promise<object> {
  const prepare = ACTS[name];
  if (!prepare) throw new Error(`ACTS has no input for ${name}.`);
  return await prepare(cast, role);
}

function mutationOf(name: string): string {
  return name.split(':')[0] ?? name;
}
