import { type Action, can } from '../../auth/policy.ts';
import type { Context } from '../../context.ts';
import { namesOf } from '../../value/workspacePath.ts';
import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { long } from '../kit/long.ts';
import { WorkspaceStatus } from './enum.ts';

const viewerCan = (action: Action, description: string) => ({
  sharedBy: 'ROLE' as const,
  description,
  select: { organizationId: true, status: true } as const,
  resolve: (
    { organizationId, status }: { organizationId: string; status: string },
    _args: object,
    { viewer }: Context,
  ) => status !== 'REMOVED' && can(viewer, action, organizationId),
});

export const Workspace = builder.prismaNode('Workspace', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    "A position in an organization's tree, in which one agent at a time works. A workspace is live until it is removed. Live workspaces below one parent have different names.",
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'The name of the workspace, one line of 1 to 255 characters.',
    }),
    role: t.string({
      ...long('Workspace', 'role', 10),
      nullable: true,
      description:
        'The task of the workspace, up to 10,000 characters in one line or several; null when it has none.',
    }),
    status: t.expose('status', {
      type: WorkspaceStatus,
      description: "The status of the workspace, which follows from its agent's status and heartbeats.",
    }),
    agent: t.field({
      type: Agent,
      nullable: true,
      description: 'The agent that works in the workspace; null while the workspace is vacant.',
      select: (_args, _context, nested) => ({
        agents: nested({ where: { status: { not: 'STOPPED' } }, take: 1 }),
      }),
      resolve: ({ agents }) => agents[0] ?? null,
    }),
    organization: t.relation('organization', {
      description: 'The organization that the workspace belongs to.',
    }),
    parent: t.relation('parent', {
      nullable: true,
      description:
        'The workspace directly above the workspace; null for a root. A removed workspace keeps its last parent.',
    }),
    path: t.stringList({
      description:
        'The names from the root down to the workspace. The path changes when the workspace, or one above it, is renamed or moved. A removed workspace keeps its last path.',
      select: { path: true },
      resolve: ({ path }) => namesOf(path),
    }),
    depth: t.exposeInt('depth', {
      description: 'The number of workspaces above the workspace; 0 for a root, at most 63.',
    }),
    tier: t.exposeInt('tier', {
      description:
        'The size of the workspace, 1 to 9. 3 by default. Muster stores the tier and does not act on it.',
    }),
    runtime: t.exposeString('runtime', {
      description:
        "The harness that the workspace's agent runs in, such as `claude-code`. `langgraph` by default. A workspace with the runtime `external` has no container.",
    }),
    model: t.exposeString('model', {
      nullable: true,
      description: "The language model that the workspace's agent uses; null for the default of the runtime.",
    }),
    plugins: t.exposeStringList('plugins', {
      description: "The plugins that the workspace's agent loads, in this order.",
    }),
    spec: t.field({
      ...long('Workspace', 'spec', 64),
      type: 'JSON',
      description:
        'The keys of the workspace in its org file that have no field here, such as prompts, memories, category routing and canvas position. Muster reads only `external`. Change events do not contain `spec`.',
    }),
    schedules: t.relatedConnection('schedules', {
      ...relatedList(),
      description: "The workspace's schedules, newest first, including disabled ones.",
    }),
    channels: t.relatedConnection('channels', {
      ...relatedList(),
      description: "The workspace's channels, newest first, including disabled ones.",
    }),
    lastHeartbeatAt: t.expose('lastHeartbeatAt', {
      type: 'DateTime',
      nullable: true,
      description:
        "When the workspace's agent last sent a heartbeat; null before its first one. A change of this field causes no event.",
    }),
    errorRate: t.exposeFloat('errorRate', {
      nullable: true,
      description:
        "The share of the agent's recent work that failed, 0 to 1, from the last heartbeat; null when the heartbeat gave none, and before the first one. A change of this field causes no event.",
    }),
    sampleError: t.exposeString('sampleError', {
      nullable: true,
      description:
        "An example of the agent's errors, from the last heartbeat; null when the heartbeat gave none, and before the first one. A change of this field causes no event.",
    }),
    activeTasks: t.exposeInt('activeTasks', {
      description:
        'The number of tasks that the agent works on, from the last heartbeat; 0 before the first one, and while the workspace is OFFLINE, FAILED or REMOVED.',
    }),
    currentTask: t.exposeString('currentTask', {
      nullable: true,
      description:
        'The task that the agent works on, from the last heartbeat; null when the heartbeat named none, before the first one, and while the workspace is OFFLINE, FAILED or REMOVED.',
    }),
    uptimeSeconds: t.exposeInt('uptimeSeconds', {
      nullable: true,
      description:
        "The agent's uptime in seconds, from the last heartbeat; null when the heartbeat gave none, and before the first one. A change of this field causes no event.",
    }),
    import: t.relation('import', {
      nullable: true,
      description: 'The import that created the workspace; null when no import did.',
    }),
    importDocument: t.exposeString('importDocument', {
      nullable: true,
      description: 'The `name` in the org file whose import created the workspace; null when no import did.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the workspace was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the workspace last changed.' }),
    removedAt: t.expose('removedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the workspace was removed; null while it is live.',
    }),
    viewerCanUpdate: t.boolean(
      viewerCan('workspace.update', 'Whether the viewer may update the workspace, and it is live.'),
    ),
    viewerCanMove: t.boolean(
      viewerCan('workspace.move', 'Whether the viewer may move the workspace, and it is live.'),
    ),
    viewerCanRemove: t.boolean(
      viewerCan('workspace.remove', 'Whether the viewer may remove the workspace, and it is live.'),
    ),
  }),
});
