import type { Viewer } from '../../auth/viewer.ts';
import { builder } from '../../schema/index.ts';
import { byTimeAscending } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';

builder.prismaObjectFields('Organization', (t) => ({
  needsMe: t.relatedConnection('needsMe', {
    ...relatedList({ by: [byTimeAscending('since')] }),
    sharedBy: 'VIEWER',
    description:
      'What waits for a person, the longest waiting first: the sessions in the lane NEEDS_YOU, the open pull requests that no live session holds, and the agents in ERROR.',
    args: {
      projectId: t.arg.idOf('Project', {
        description: 'Only sessions and pull requests of this project. Agents belong to no project.',
      }),
      mine: t.arg.boolean({
        description:
          "True returns only the viewer's own. A person's own are the sessions that the person spawned, the pull requests that such a session holds or was the last to hold, and the agents that the person hired. An agent's own are its sessions and their pull requests. False is the same as absent: all.",
      }),
    },
    query: ({ projectId, mine }, { viewer }) => ({
      where: { projectId: projectId ?? undefined, ...(mine && ownOf(viewer)) },
    }),
  }),
}));

const ownOf = ({ kind, id }: Viewer) => (kind === 'AGENT' ? { agentId: id } : { begunById: id });
