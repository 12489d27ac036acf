import { builder } from '../../schema/index.ts';
import { byTimeAscending } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';

builder.prismaObjectFields('Organization', (t) => ({
  needsMe: t.relatedConnection('needsMe', {
    ...relatedList({ by: [byTimeAscending('since')] }),
    description:
      'What waits for a person, the longest waiting first: the sessions in the lane NEEDS_YOU, the open pull requests that no live session holds, and the agents in ERROR.',
    args: {
      projectId: t.arg.idOf('Project', {
        description: 'Only sessions and pull requests of this project. Agents belong to no project.',
      }),
    },
    query: ({ projectId }) => ({ where: { projectId: projectId ?? undefined } }),
  }),
}));
