import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { AgentsWhereQueryVariables } from '../../graphql/graphql.ts';
import type { Team } from '../../support/team.ts';
import { expect, it } from '../../support/test.ts';

const AgentsWhere = graphql(`
  query AgentsWhere(
    $slug: String!
    $statuses: [AgentStatus!]
    $role: String
    $hiredById: ID
    $orderBy: AgentOrder! = HIRED_AT
  ) {
    organization(slug: $slug) {
      agents(statuses: $statuses, role: $role, hiredById: $hiredById, orderBy: $orderBy) {
        totalCount
        nodes {
          name
        }
      }
    }
  }
`);

async function names(team: Team, filter: Omit<AgentsWhereQueryVariables, 'slug'>) {
  const { organization } = await team.owner.query(AgentsWhere, { slug: team.slug, ...filter });
  const agents = organization?.agents;
  expect(agents?.totalCount).toBe(agents?.nodes.length);
  return agents?.nodes.map(({ name }) => name);
}

it('lists the agents that a filter selects, in the order that is asked for', async ({ team }) => {
  const member = await team.join('MEMBER');
  const ada = await team.employ({ name: 'Ada', role: 'reviewer' });
  await team.employ({ name: 'Bob', role: 'builder' });
  await team.employ({ name: 'Cleo', role: 'reviewer' }, member);
  await team.offboard(ada.id);
  expect(await names(team, {})).toEqual(['Cleo', 'Bob', 'Ada']);
  expect(await names(team, { orderBy: 'UPDATED_AT' })).toEqual(['Ada', 'Cleo', 'Bob']);
  expect(await names(team, { role: 'reviewer' })).toEqual(['Cleo', 'Ada']);
  expect(await names(team, { statuses: ['STOPPED'] })).toEqual(['Ada']);
  expect(await names(team, { statuses: ['STOPPED', 'RUNNING'], role: 'reviewer' })).toEqual(['Cleo', 'Ada']);
  expect(await names(team, { hiredById: globalId('User', member.userId) })).toEqual(['Cleo']);
});
