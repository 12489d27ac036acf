import type { SessionLane as Lane } from '../../../prisma/client/enums.ts';
import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { Project } from '../project/project.ts';
import { SessionLane } from './enum.ts';

type Count = { lane: Lane; count: number; projectId: string | null; agentId: string | null };

/** What the counts of lanes are split by. */
export const LaneGrouping = builder.enumType('LaneGrouping', {
  description: 'What the numbers of sessions in the lanes are split by.',
  values: {
    PROJECT: { value: 'projectId', description: 'One number for each project and lane.' },
    AGENT: {
      value: 'agentId',
      description: 'One number for each agent and lane, and for the sessions that no agent runs.',
    },
  } as const,
});

export const LaneCount = builder.objectRef<Count>('LaneCount').implement({
  sharedBy: 'MEMBERS',
  description:
    'The number of sessions in one lane; of one project or one agent, where the numbers are split by them.',
  fields: (t) => ({
    lane: t.expose('lane', { type: SessionLane, description: 'The lane of the board.' }),
    count: t.exposeInt('count', { description: 'The number of sessions in the lane.' }),
    project: t.exposeNode('projectId', {
      type: Project,
      nullable: true,
      description: 'The project whose sessions are counted; null without `groupBy: PROJECT`.',
    }),
    agent: t.exposeNode('agentId', {
      type: Agent,
      nullable: true,
      description:
        'The agent whose sessions are counted; null without `groupBy: AGENT`, and for sessions that no agent runs.',
    }),
  }),
});
