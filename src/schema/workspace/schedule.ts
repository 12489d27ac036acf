import { builder } from '../kit/builder.ts';
import { ScheduleOutcome, ScheduleReason, WorkspaceItemSource } from './enum.ts';

export const WorkspaceSchedule = builder.prismaNode('WorkspaceSchedule', {
  id: { field: 'id' },
  description:
    'A prompt that a workspace is given at set times. It fires only while its workspace is ONLINE, and never again once its workspace is removed.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name; unique in its workspace.' }),
    workspace: t.relation('workspace', { description: 'Whose it is.' }),
    cronExpr: t.exposeString('cronExpr', {
      description: 'When it is due: minute, hour, day of the month, month and day of the week.',
    }),
    timezone: t.exposeString('timezone', {
      description: 'The IANA time zone of `cronExpr`. UTC by default.',
    }),
    prompt: t.exposeString('prompt', { description: 'What its session is asked to do.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it fires.' }),
    source: t.expose('source', { type: WorkspaceItemSource, description: 'What made it.' }),
    project: t.relation('project', {
      nullable: true,
      description: 'The project that its sessions work on. Without one, every run is skipped.',
    }),
    nextRunAt: t.expose('nextRunAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it is due next. Null while it is disabled, when it is never due (as on 31 February), and for some seconds after another program wrote it.',
    }),
    lastRunAt: t.expose('lastRunAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it last ran or was skipped: within seconds of its due time, or once a server worked again. Null before the first time.',
    }),
    lastOutcome: t.expose('lastOutcome', {
      type: ScheduleOutcome,
      nullable: true,
      description:
        'What came of its last run; null before the first one. A run makes no event of the schedule.',
    }),
    lastReason: t.expose('lastReason', {
      type: ScheduleReason,
      nullable: true,
      description: 'Why its last run was SKIPPED or FAILED; null otherwise.',
    }),
    lastSession: t.relation('lastSession', {
      nullable: true,
      description:
        'The session that it last spawned or resumed, which may have ended since. Null before the first one, and once that session is deleted.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});
