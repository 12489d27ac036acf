import { type Action, can } from '../../auth/policy.ts';
import type { Context } from '../../context.ts';
import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { WorkspaceStatus } from './enum.ts';
import { namesOf } from './path.ts';

const viewerCan = (action: Action, description: string) => ({
  description,
  select: { organizationId: true, status: true } as const,
  resolve: (
    { organizationId, status }: { organizationId: string; status: string },
    _args: object,
    { viewer }: Context,
  ) => status !== 'REMOVED' && can(viewer, action, organizationId),
});

export const Workspace = builder.prismaNode('Workspace', {
  id: { field: 'id' },
  description:
    'A seat in an organization’s tree: a role that one agent at a time works in. Below the same parent, live workspaces have different names.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, one line of 1 to 255 characters.' }),
    role: t.exposeString('role', {
      nullable: true,
      description: 'What it is there for, in one line or many.',
    }),
    status: t.expose('status', { type: WorkspaceStatus, description: 'Whether it works.' }),
    agent: t.field({
      type: Agent,
      nullable: true,
      description: 'The agent that works in it; null while the seat is vacant.',
      select: (_args, _context, nested) => ({
        agents: nested({ where: { status: { not: 'STOPPED' } }, take: 1 }),
      }),
      resolve: ({ agents }) => agents[0] ?? null,
    }),
    organization: t.relation('organization', { description: 'Whose it is.' }),
    parent: t.relation('parent', {
      nullable: true,
      description: 'The workspace above it; null for a root. A removed workspace keeps the one that it had.',
    }),
    path: t.stringList({
      description:
        'The names from the root down to its own. It changes when a workspace above is renamed or moved. A removed workspace keeps the one that it had.',
      select: { path: true },
      resolve: ({ path }) => namesOf(path),
    }),
    depth: t.exposeInt('depth', {
      description: 'How many workspaces are above it; 0 for a root, at most 63.',
    }),
    tier: t.exposeInt('tier', { description: 'How much it is given to work with, 1 to 9. 3 by default.' }),
    runtime: t.exposeString('runtime', {
      description:
        'The harness that its agent runs in, such as `claude-code`. `langgraph` by default. With `external` it has no container.',
    }),
    model: t.exposeString('model', {
      nullable: true,
      description: 'The language model that its agent uses; null for the default of the runtime.',
    }),
    plugins: t.exposeStringList('plugins', {
      description: 'The plugins that its agent loads, in this order.',
    }),
    spec: t.expose('spec', {
      type: 'JSON',
      description:
        'Every other key that its org file gives it, by its name there: prompts, memories, category routing, the place on a canvas. Of these, Muster reads only `external`. Events do not carry it.',
    }),
    schedules: t.relatedConnection('schedules', {
      ...relatedList(),
      description: 'Its schedules, newest first, disabled ones among them.',
    }),
    channels: t.relatedConnection('channels', {
      ...relatedList(),
      description: 'Its channels, newest first, disabled ones among them.',
    }),
    lastHeartbeatAt: t.expose('lastHeartbeatAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When its agent last sent a heartbeat; null before the first. A heartbeat alone makes no event.',
    }),
    errorRate: t.exposeFloat('errorRate', {
      nullable: true,
      description:
        'The share of its agent’s work that failed, 0 to 1, from the last heartbeat. Makes no event.',
    }),
    sampleError: t.exposeString('sampleError', {
      nullable: true,
      description: 'An example of its errors, from the last heartbeat. Makes no event.',
    }),
    activeTasks: t.exposeInt('activeTasks', {
      description: 'How many tasks its agent works on, from the last heartbeat; 0 without one.',
    }),
    currentTask: t.exposeString('currentTask', {
      nullable: true,
      description: 'What its agent works on, from the last heartbeat.',
    }),
    uptimeSeconds: t.exposeInt('uptimeSeconds', {
      nullable: true,
      description: 'How long its agent has run, in seconds, from the last heartbeat. Makes no event.',
    }),
    import: t.relation('import', {
      nullable: true,
      description: 'The import that made it; null when no import did.',
    }),
    importDocument: t.exposeString('importDocument', {
      nullable: true,
      description: 'The name of the org file that made it; null when no import did.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    removedAt: t.expose('removedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was removed; null while it is live.',
    }),
    viewerCanUpdate: t.boolean(viewerCan('workspace.update', 'Whether the viewer may change it.')),
    viewerCanMove: t.boolean(viewerCan('workspace.move', 'Whether the viewer may move it.')),
    viewerCanRemove: t.boolean(viewerCan('workspace.remove', 'Whether the viewer may remove it.')),
  }),
});
