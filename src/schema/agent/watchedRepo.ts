import { builder } from '../kit/builder.ts';
import { repoOfRow } from '../project/repoRef.ts';
import { AGENT_SUBJECT, mayWithAgent } from './agentRights.ts';

export const WatchedRepo = builder.prismaNode('WatchedRepo', {
  id: { field: 'id' },
  description: 'A repository that an agent watches. Gone when it is released.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository, as it was written when it was first watched.',
    }),
    agent: t.relation('agent', { description: 'Who watches it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
    viewerCanUnwatch: t.boolean({
      description: 'Whether the viewer may release it.',
      select: { agent: { select: AGENT_SUBJECT } },
      resolve: ({ agent }, _args, { viewer }) => mayWithAgent(viewer, 'agent.unwatchRepo', agent),
    }),
  }),
});
