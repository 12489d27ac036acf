import { builder } from '../kit/builder.ts';
import { columnOf, long } from '../kit/long.ts';
import { ScheduleOutcome, ScheduleReason, WorkspaceItemSource } from './enum.ts';

export const WorkspaceSchedule = builder.prismaNode('WorkspaceSchedule', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    "A prompt that a session of the workspace's agent receives at set times. A schedule fires only while its workspace is ONLINE. It is disabled for good when its workspace is removed.",
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the schedule, unique in its workspace.' }),
    workspace: t.relation('workspace', { description: 'The workspace that the schedule belongs to.' }),
    cronExpr: t.exposeString('cronExpr', {
      description:
        'The times at which the schedule is due, as a cron expression with five fields: minute, hour, day of month, month and day of week.',
    }),
    timezone: t.exposeString('timezone', {
      description: 'The IANA time zone that `cronExpr` is read in. UTC by default.',
    }),
    prompt: t.string({
      ...long('WorkspaceSchedule', 'prompt', 100),
      nullable: true,
      description:
        'The prompt that the session receives. Null when an org file states none; such a schedule is disabled.',
      resolve: async (schedule, _args, context) =>
        (await columnOf('WorkspaceSchedule', 'prompt', schedule, context)) || null,
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether the schedule fires.' }),
    source: t.expose('source', {
      type: WorkspaceItemSource,
      description: 'Whether an import or a person created the schedule.',
    }),
    project: t.relation('project', {
      nullable: true,
      description:
        "The project that the schedule's sessions work on; null when it has none, and then it starts no session.",
    }),
    nextRunAt: t.expose('nextRunAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the schedule is due next. Null while it is disabled, when it is never due (as on 31 February), and for some seconds after another program wrote it.',
    }),
    lastRunAt: t.expose('lastRunAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the schedule last ran or was skipped: within seconds of its due time, or once a server was running again. Null before the first time.',
    }),
    lastOutcome: t.expose('lastOutcome', {
      type: ScheduleOutcome,
      nullable: true,
      description:
        'The outcome of the last run; null before the first one. A run causes no event of the schedule.',
    }),
    lastReason: t.expose('lastReason', {
      type: ScheduleReason,
      nullable: true,
      description: 'The reason why the last run was SKIPPED or FAILED; null otherwise.',
    }),
    lastSession: t.relation('lastSession', {
      nullable: true,
      description:
        'The session that the schedule last spawned or resumed. It may have ended since. Null before the first one, and after that session was deleted.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the schedule was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the schedule last changed.' }),
  }),
});
