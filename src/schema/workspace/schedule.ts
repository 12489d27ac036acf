import { builder } from '../kit/builder.ts';
import { ScheduleOutcome, WorkspaceItemSource } from './enum.ts';

export const WorkspaceSchedule = builder.prismaNode('WorkspaceSchedule', {
  id: { field: 'id' },
  description:
    'A prompt that a workspace is given at set times. It fires only while its workspace is ONLINE, and never again once its workspace is removed.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name; unique in its workspace.' }),
    workspace: t.relation('workspace', { description: 'Whose it is.' }),
    cronExpr: t.exposeString('cronExpr', {
      description: 'When it is due: minute, hour, day of month, month and day of week.',
    }),
    timezone: t.exposeString('timezone', {
      description: 'The IANA time zone of `cronExpr`. UTC by default.',
    }),
    prompt: t.exposeString('prompt', { description: 'What its session is asked to do.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it fires.' }),
    source: t.expose('source', { type: WorkspaceItemSource, description: 'What made it.' }),
    project: t.relation('project', {
      nullable: true,
      description: 'The project that its sessions work on. Without one it starts no session.',
    }),
    nextRunAt: t.expose('nextRunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is due next; null while it is disabled.',
    }),
    lastRunAt: t.expose('lastRunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last due; null before the first time.',
    }),
    lastOutcome: t.expose('lastOutcome', {
      type: ScheduleOutcome,
      nullable: true,
      description: 'What happened when it was last due; null before the first time.',
    }),
    lastReason: t.exposeString('lastReason', {
      nullable: true,
      description: 'Why it started no session when it was last due; null when it did.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});
