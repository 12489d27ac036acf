/** FORBIDDEN says why the viewer may not, and which role may. */
import { capitalized } from '../schema/shape.ts';
import { describe, expect } from '../support/test.ts';
import { type Cast, type Insider, test as it } from './cast.ts';

type Case = [
  what: string,
  role: Insider,
  mutation: string,
  input: (cast: Cast) => object | Promise<object>,
  refusal: { reason: string; requiredRole: string | null; message: string },
];

const ofAdmins = (reason: string) => ({
  reason,
  requiredRole: 'ADMIN',
  message: `${reason} An ADMIN or an OWNER may.`,
});

const CASES: Case[] = [
  [
    'a member offboards an agent of another member',
    'member',
    'offboardAgent',
    ({ agents }) => ({ agentId: agents.other.id }),
    ofAdmins('The agent was hired by another member.'),
  ],
  [
    'a member registers a project',
    'member',
    'registerProject',
    ({ team }) => ({ organizationId: team.id, slug: 'new', name: 'New', kind: 'SCRATCH' }),
    ofAdmins('Your role is MEMBER.'),
  ],
  [
    'an admin makes a member an owner',
    'admin',
    'addMember',
    ({ team }) => ({ organizationId: team.id, email: 'new@example.com', name: 'New', role: 'OWNER' }),
    {
      reason: 'Your role is ADMIN, and the role concerned OWNER.',
      requiredRole: 'OWNER',
      message: 'Your role is ADMIN, and the role concerned OWNER. An OWNER may.',
    },
  ],
  [
    'an agent spawns a session',
    'agent',
    'spawnSession',
    ({ team }) => ({ projectId: team.project.id }),
    {
      reason: 'An agent may not do this.',
      requiredRole: 'MEMBER',
      message: 'An agent may not do this. Every member of the organization may.',
    },
  ],
  [
    'an agent writes the memory of another agent',
    'agent',
    'putAgentMemory',
    ({ agents }) => ({ agentId: agents.other.id, key: 'tone', value: 'kind' }),
    ofAdmins('The token acts for another agent.'),
  ],
  [
    'a member reports the activity of a session that an agent runs',
    'member',
    'reportActivity',
    async ({ team, agents }) => ({
      sessionId: (await team.spawn({ agentId: agents.other.id })).id,
      state: 'ACTIVE',
    }),
    ofAdmins('An agent runs the session.'),
  ],
  [
    'an owner sends the heartbeat of a workspace, which only its agent may',
    'owner',
    'reportWorkspaceHeartbeat',
    ({ seats }) => ({ workspaceId: seats.own }),
    { reason: 'Your role is OWNER.', requiredRole: null, message: 'Your role is OWNER.' },
  ],
];

describe('when', () => {
  it.for(CASES)('%s', async ([_, role, mutation, input, refusal], { cast }) => {
    const query = `mutation($input: ${capitalized(mutation)}Input!) { ${mutation}(input: $input) {
      __typename ... on ForbiddenError { code message reason requiredRole }
    } }`;
    const response = await cast.clients[role].raw({ query, variables: { input: await input(cast) } });
    expect(await response.json()).toEqual({
      data: { [mutation]: { __typename: 'ForbiddenError', code: 'FORBIDDEN', ...refusal } },
    });
  });
});
