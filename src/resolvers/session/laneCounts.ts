/** The numbers of sessions in the lanes of a board: of an organization, of a project, and of an agent. */
import { SessionLane } from '../../../prisma/client/enums.ts';
import { builder } from '../../schema/index.ts';
import { setwise } from '../../schema/kit/setwise.ts';
import { weighs } from '../../schema/kit/weight.ts';
import { SessionKind } from '../../schema/session/enum.ts';
import { LaneCount, LaneGrouping } from '../../schema/session/laneCount.ts';
import { ofWhich, type Which } from './sessionFilter.ts';

type Owner = 'organizationId' | 'projectId' | 'agentId';
type Counted = Which & { groupBy?: 'projectId' | 'agentId' | null };

const LANES = Object.values(SessionLane);
const UNGROUPED = { projectId: null, agentId: null };

/**
 * Counts the sessions of each owner in each lane, and in each group if they are grouped. The lanes are in the order of a
 * board. Groups without sessions are left out, and the oldest is first; what belongs to no group is last.
 */
const countLanesOf = (owner: Owner) =>
  setwise(async (ids, { groupBy, ...which }: Counted, { db }) => {
    const among = { [owner]: { in: [...ids] } };
    const found = await db.prisma.sessionStanding.groupBy({
      by: groupBy ? [owner, 'lane', groupBy] : [owner, 'lane'],
      // The lists of a project and of an agent have their indexes at the sessions.
      where: { ...(owner === 'organizationId' ? among : { session: among }), ...ofWhich(which) },
      _count: true,
    });
    const foundOf = Map.groupBy(found, (each) => each[owner]);
    return (id) => {
      const groups = Map.groupBy(foundOf.get(id) ?? [], (each) => (groupBy ? each[groupBy] : null));
      const keys = groupBy ? [...groups.keys()].sort(byAge) : [null];
      return keys.flatMap((key) => {
        const counts = new Map(groups.get(key)?.map((each) => [each.lane, each._count]));
        const group = groupBy ? { ...UNGROUPED, [groupBy]: key } : UNGROUPED;
        return LANES.map((lane) => ({ ...group, lane, count: counts.get(lane) ?? 0 }));
      });
    };
  });

/** The order of UUIDs of version 7 is that of their creation. */
const byAge = (a: string | null, b: string | null) =>
  Number(a === null) - Number(b === null) || (String(a) < String(b) ? -1 : 1);

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
    ...weighs({ items: 10, itemsWith: { groupBy: 1_000 } }),
    args: {
      projectId: t.arg.idOf('Project', { description: 'Only sessions of this project.' }),
      agentId: t.arg.idOf('Agent', { description: 'Only sessions of this agent.' }),
      kind: t.arg({ type: SessionKind, description: 'Only sessions of this kind.' }),
      groupBy: t.arg({
        type: LaneGrouping,
        description:
          'What to split the numbers by. Each project or agent that has such sessions comes with all lanes, the oldest first; sessions without an agent come last.',
      }),
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
