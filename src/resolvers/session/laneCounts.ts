/** The numbers of sessions in the lanes of a board: of an organization, of a project, and of an agent. */
import { SessionLane } from '../../../prisma/client/enums.ts';
import { builder } from '../../schema/index.ts';
import { setwise } from '../../schema/kit/setwise.ts';
import { SessionKind } from '../../schema/session/enum.ts';
import { LaneCount } from '../../schema/session/laneCount.ts';
import { ofWhich, type Which } from './sessionFilter.ts';

type Owner = 'organizationId' | 'projectId' | 'agentId';

/** Counts the sessions of each owner in each lane. The lanes are in the order of a board. */
const countLanesOf = (owner: Owner) =>
  setwise(async (ids, which: Which, { db }) => {
    const among = { [owner]: { in: [...ids] } };
    const found = await db.prisma.sessionStanding.groupBy({
      by: [owner, 'lane'],
      // The lists of a project and of an agent have their indexes at the sessions.
      where: { ...(owner === 'organizationId' ? among : { session: among }), ...ofWhich(which) },
      _count: true,
    });
    const counts = new Map(found.map((each) => [`${each[owner]} ${each.lane}`, each._count]));
    return (id) =>
      Object.values(SessionLane).map((lane) => ({ lane, count: counts.get(`${id} ${lane}`) ?? 0 }));
  });

const [ofOrganization, ofProject, ofAgent] = [
  countLanesOf('organizationId'),
  countLanesOf('projectId'),
  countLanesOf('agentId'),
];

/** What the fields have in common. */
const laneCounts = (whose: string) => ({
  type: [LaneCount] as [typeof LaneCount],
  description: `The number of ${whose} sessions in each lane. All lanes are included, in the order of a board.`,
  select: { id: true } as const,
});

builder.prismaObjectFields('Organization', (t) => ({
  laneCounts: t.field({
    ...laneCounts("the organization's"),
    args: {
      projectId: t.arg.idOf('Project', { description: 'Only sessions of this project.' }),
      agentId: t.arg.idOf('Agent', { description: 'Only sessions of this agent.' }),
      kind: t.arg({ type: SessionKind, description: 'Only sessions of this kind.' }),
    },
    resolve: ({ id }, args, context) => ofOrganization(id, args, context),
  }),
}));

builder.prismaObjectFields('Project', (t) => ({
  laneCounts: t.field({
    ...laneCounts("the project's"),
    args: {
      agentId: t.arg.idOf('Agent', { description: 'Only sessions of this agent.' }),
      kind: t.arg({ type: SessionKind, description: 'Only sessions of this kind.' }),
    },
    resolve: ({ id }, args, context) => ofProject(id, args, context),
  }),
}));

builder.prismaObjectFields('Agent', (t) => ({
  laneCounts: t.field({
    ...laneCounts("the agent's"),
    args: {
      projectId: t.arg.idOf('Project', { description: 'Only sessions of this project.' }),
      kind: t.arg({ type: SessionKind, description: 'Only sessions of this kind.' }),
    },
    resolve: ({ id }, args, context) => ofAgent(id, args, context),
  }),
}));
