/** Who may do what: every mutation, by everybody there is. */

import { capitalized, mutations } from '../schema/shape.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { describe, expect } from '../support/test.ts';
import { ACTS } from './acts.ts';
import { type Cast, test as it, ROLES, type Role } from './cast.ts';
import { table } from './table.ts';

/**
 * `yes`, or the code it is refused with. `no` is FORBIDDEN: the viewer sees it and may not. `none` is NOT_FOUND: for
 * this viewer it is not there. A mutation that is not in here fails the test.
 */
const PERMISSIONS = table<Role>(`
  act                                 | nobody | outsider | former | elsewhere | agent | member | admin | owner
  createOrganization                  | 401    | yes      | yes    | no        | no    | yes    | yes   | yes
  addMember: a member                 | 401    | none     | none   | none      | no    | no     | yes   | yes
  addMember: an admin                 | 401    | none     | none   | none      | no    | no     | yes   | yes
  addMember: an owner                 | 401    | none     | none   | none      | no    | no     | no    | yes
  createToken: for oneself            | 401    | none     | none   | none      | no    | yes    | yes   | yes
  createToken: for a member           | 401    | none     | none   | none      | no    | no     | yes   | yes
  createToken: for an admin           | 401    | none     | none   | none      | no    | no     | yes   | yes
  createToken: for an owner           | 401    | none     | none   | none      | no    | no     | no    | yes
  createToken: for an outsider        | 401    | none     | none   | none      | no    | no     | none  | none
  revokeToken: one's own              | 401    | none     | none   | none      | no    | yes    | yes   | yes
  revokeToken: a member's             | 401    | none     | none   | none      | no    | no     | yes   | yes
  revokeToken: an admin's             | 401    | none     | none   | none      | no    | no     | yes   | yes
  revokeToken: an owner's             | 401    | none     | none   | none      | no    | no     | no    | yes
  revokeToken: one of everywhere      | 401    | none     | none   | none      | none  | none   | none  | none
  createToken: for an agent one hired | 401    | none     | none   | none      | no    | yes    | yes   | yes
  createToken: for another's agent    | 401    | none     | none   | none      | no    | no     | yes   | yes
  revokeToken: of an agent one hired  | 401    | none     | none   | none      | no    | yes    | yes   | yes
  revokeToken: of another's agent     | 401    | none     | none   | none      | no    | no     | yes   | yes
  changeMemberRole: of a member       | 401    | none     | none   | none      | no    | no     | yes   | yes
  changeMemberRole: to owner          | 401    | none     | none   | none      | no    | no     | no    | yes
  changeMemberRole: of an owner       | 401    | none     | none   | none      | no    | no     | no    | yes
  removeMember: a member              | 401    | none     | none   | none      | no    | no     | yes   | yes
  removeMember: an owner              | 401    | none     | none   | none      | no    | no     | no    | yes
  hireAgent                           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  offboardAgent: one it hired         | 401    | none     | none   | none      | no    | yes    | yes   | yes
  offboardAgent: another's            | 401    | none     | none   | none      | no    | no     | yes   | yes
  watchRepo: by an agent it hired     | 401    | none     | none   | none      | no    | yes    | yes   | yes
  watchRepo: by another's agent       | 401    | none     | none   | none      | no    | no     | yes   | yes
  unwatchRepo: of an agent it hired   | 401    | none     | none   | none      | no    | yes    | yes   | yes
  unwatchRepo: of another's agent     | 401    | none     | none   | none      | no    | no     | yes   | yes
  putAgentMemory: its own             | 401    | none     | none   | none      | yes   | no     | yes   | yes
  putAgentMemory: another's           | 401    | none     | none   | none      | no    | no     | yes   | yes
  logAgentAction: its own             | 401    | none     | none   | none      | yes   | no     | yes   | yes
  logAgentAction: another's           | 401    | none     | none   | none      | no    | no     | yes   | yes
  recordReviewedPR: its own           | 401    | none     | none   | none      | yes   | no     | yes   | yes
  recordReviewedPR: another's         | 401    | none     | none   | none      | no    | no     | yes   | yes
  registerProject                     | 401    | none     | none   | none      | no    | no     | yes   | yes
  spawnSession                        | 401    | none     | none   | none      | no    | yes    | yes   | yes
  spawnSession: for an agent          | 401    | none     | none   | none      | no    | yes    | yes   | yes
  spawnSession: with a claim          | 401    | none     | none   | none      | no    | yes    | yes   | yes
  reportActivity: of its own session  | 401    | none     | none   | none      | yes   | no     | yes   | yes
  reportActivity: of another agent's  | 401    | none     | none   | none      | no    | no     | yes   | yes
  reportActivity: of a person's       | 401    | none     | none   | none      | no    | yes    | yes   | yes
  renameSession: its own              | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  renameSession: another agent's      | 401    | none     | none   | none      | no    | yes    | yes   | yes
  renameSession: a person's           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  updateMergePolicy                   | 401    | none     | none   | none      | no    | yes    | yes   | yes
  terminateSession                    | 401    | none     | none   | none      | no    | yes    | yes   | yes
  restoreSession                      | 401    | none     | none   | none      | no    | yes    | yes   | yes
  claimPR                             | 401    | none     | none   | none      | no    | yes    | yes   | yes
  claimPR: for its own session        | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  claimPR: for another agent's        | 401    | none     | none   | none      | no    | yes    | yes   | yes
  claimPR: a takeover                 | 401    | none     | none   | none      | no    | yes    | yes   | yes
  refreshPR                           | 401    | none     | none   | none      | no    | yes    | yes   | yes
  refreshPR: of its own session       | 401    | none     | none   | none      | yes   | yes    | yes   | yes
  refreshPR: of another agent's       | 401    | none     | none   | none      | no    | yes    | yes   | yes
`);

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
