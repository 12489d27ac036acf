import { brandWithType } from '@pothos/core';
import type { Context } from '../context.ts';
import { parseGlobalId } from '../globalId.ts';
import { builder } from '../schema/index.ts';
import { badInput } from '../schema/kit/badInput.ts';

const MAX_NODES = 100;

/** How each type is fetched by UUID: only what the viewer may see. Every type with a global id stands here. */
const visible = {
  Organization: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.organization.findMany({ where: { id: { in: ids.filter((id) => viewer.roles.has(id)) } } }),
  User: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.user.findMany({
      where: {
        id: { in: ids },
        OR: [
          { id: viewer.id },
          { memberships: { some: { organizationId: { in: [...viewer.roles.keys()] }, removedAt: null } } },
        ],
      },
    }),
  Membership: ({ db, viewer }: Context, ids: string[]) => db.prisma.membership.findMany(within(viewer, ids)),
  Token: ({ db, viewer }: Context, ids: string[]) => db.prisma.token.findMany(within(viewer, ids)),
  Agent: ({ db, viewer }: Context, ids: string[]) => db.prisma.agent.findMany(within(viewer, ids)),
  WatchedRepo: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.watchedRepo.findMany(within(viewer, ids)),
  AgentMemory: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.agentMemory.findMany(within(viewer, ids)),
  AgentAction: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.agentAction.findMany(within(viewer, ids)),
  ReviewedPullRequest: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.reviewedPullRequest.findMany(within(viewer, ids)),
  Project: ({ db, viewer }: Context, ids: string[]) => db.prisma.project.findMany(within(viewer, ids)),
  Session: ({ db, viewer }: Context, ids: string[]) => db.prisma.session.findMany(within(viewer, ids)),
  PullRequest: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.pullRequest.findMany(within(viewer, ids)),
  PullRequestCheck: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.pullRequestCheck.findMany(within(viewer, ids)),
  PullRequestReviewThread: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.pullRequestReviewThread.findMany(within(viewer, ids)),
  PullRequestReview: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.pullRequestReview.findMany(within(viewer, ids)),
  StructureEvent: ({ db, viewer }: Context, ids: string[]) =>
    db.prisma.structureEvent.findMany(within(viewer, ids)),
} satisfies Record<string, (context: Context, ids: string[]) => Promise<{ id: string }[]>>;

function within({ roles }: Context['viewer'], ids: string[]) {
  return { where: { id: { in: ids }, organizationId: { in: [...roles.keys()] } } };
}

/** Fetches nodes with one query a type, each in the place of its id; null for what the viewer may not see. */
async function findNodes(context: Context, rawIds: readonly string[]): Promise<(object | null)[]> {
  const wanted = rawIds.map(parseGlobalId);
  const byType = Map.groupBy(
    wanted.filter((id) => id !== undefined),
    ({ type }) => type,
  );
  const found = new Map<string, object>();
  await Promise.all(
    [...byType].map(async ([type, ids]) => {
      if (!Object.hasOwn(visible, type)) return;
      const rows = await visible[type as keyof typeof visible](context, [
        ...new Set(ids.map(({ uuid }) => uuid)),
      ]);
      for (const row of rows) {
        brandWithType(row, type as never);
        found.set(`${type}:${row.id}`, row);
      }
    }),
  );
  return wanted.map((id) => (id && found.get(`${id.type}:${id.uuid}`)) ?? null);
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'Anything by its global id; null when there is no such thing, or the viewer may not see it.',
    args: { id: t.arg.id({ required: true, description: 'The global id.' }) },
    resolve: async (_root, { id }, context) => (await findNodes(context, [id]))[0] as never,
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: `Several at once, each in the place of its id, null where there is none. ${MAX_NODES} at most.`,
    args: { ids: t.arg.idList({ required: true, description: 'The global ids.' }) },
    resolve: async (_root, { ids }, context) => {
      if (ids.length > MAX_NODES) throw badInput(`Ask for ${MAX_NODES} nodes at most.`);
      return (await findNodes(context, ids)) as never[];
    },
  }),
}));
