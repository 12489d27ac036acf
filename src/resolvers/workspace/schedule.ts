import { WorkspaceRemovedError } from '../../errors/errors.ts';
import { WorkspaceSchedule } from '../../schema/workspace/schedule.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import {
  removeWorkspaceSchedule,
  removeWorkspaceScheduleInput,
} from '../../services/schedule/removeWorkspaceSchedule.ts';
import {
  setWorkspaceSchedule,
  setWorkspaceScheduleInput,
} from '../../services/schedule/setWorkspaceSchedule.ts';
import { mutation } from '../kit/mutation.ts';

mutation('setWorkspaceSchedule', {
  description:
    'Makes a schedule of a workspace, or changes the one of that name. Absent fields stay as they are; null sets a field back to its default. Of a schedule that an import made, only the project can be changed: any other change is INVALID_INPUT. Makes no event. For OWNER and ADMIN.',
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace.' }),
    name: t.string({
      required: true,
      description: 'The name of the schedule, 1 to 255 characters, unique in its workspace.',
    }),
    cronExpr: t.string({
      description:
        'When it is due: minute, hour, day of the month, month, day of the week. Required for a new schedule.',
    }),
    timezone: t.string({ description: 'The IANA time zone that `cronExpr` is read in. UTC by default.' }),
    prompt: t.string({
      description:
        'What its session is asked to do, at most 100,000 characters. Required while it is enabled.',
    }),
    enabled: t.boolean({ description: 'Whether it fires. True by default.' }),
    projectId: t.idOf('Project', {
      description:
        'The project, not archived, that its sessions work on. None by default: then every run is skipped.',
    }),
  }),
  schema: setWorkspaceScheduleInput,
  errors: [WorkspaceRemovedError],
  act: setWorkspaceSchedule,
  payload: (t) => ({
    schedule: t.exposeNode('scheduleId', { type: WorkspaceSchedule, description: 'The schedule.' }),
  }),
});

mutation('removeWorkspaceSchedule', {
  description:
    'Deletes a schedule with its record of runs. The sessions that it spawned stay. No-op when the workspace has none of that name; INVALID_INPUT when an import made it. Makes no event. For OWNER and ADMIN.',
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace.' }),
    name: t.string({ required: true, description: 'The name of the schedule.' }),
  }),
  schema: removeWorkspaceScheduleInput,
  errors: [WorkspaceRemovedError],
  act: removeWorkspaceSchedule,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The workspace.' }),
  }),
});
