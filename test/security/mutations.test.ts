/** Who may do what: every mutation, by everybody there is. */

import { capitalized, mutations } from '../schema/shape.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { describe, expect } from '../support/test.ts';
import { ACTS, PERMISSIONS } from './acts.ts';
import { type Cast, test as it, ROLES, type Role } from './cast.ts';

const CODES: Record<string, string> = { 401: 'UNAUTHENTICATED', no: 'FORBIDDEN', none: 'NOT_FOUND' };

it('has a row for every mutation of the schema, and an act for every row', () => {
  const rows = PERMISSIONS.map(({ name }) => mutationOf(name));
  expect([...new Set(rows)].sort()).toEqual(mutations.map(({ name }) => name).sort());
  expect(PERMISSIONS.map(({ name }) => name).sort()).toEqual(Object.keys(ACTS).sort());
});

describe.each(PERMISSIONS)('$name', ({ name, ...permissions }) => {
  it.for(ROLES.map((role) => [role, permissions[role]] as const))(
    '%s: %s',
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
      // Whoever is refused has left no trace.
      expect(await cast.team.footprint()).toEqual(before);
    },
  );
});

/** Whether this was done, by the name of what was answered, or the code it was refused with. */
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

/** What the agent was refused last. */
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
  if (!prepare) throw new Error(`Nobody knows how to try ${name}.`);
  return await prepare(cast, role);
}

function mutationOf(name: string): string {
  return name.split(':')[0] ?? name;
}
