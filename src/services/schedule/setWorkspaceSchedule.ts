import { z } from 'zod';
import type { WorkspaceSchedule } from '../../../prisma/client/client.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { type InputIssue, InvalidInputError, NotFoundError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, text, validate } from '../act/input.ts';
import { visibleProject } from '../project/project.ts';
import { treeOf, visibleWorkspace } from '../workspace/workspace.ts';
import { lockSchedules } from './lockSchedules.ts';
import { cronFault, nextRun, zoneFault } from './times.ts';

const usable =
  (fault: (value: string) => string | undefined) => (value: string, context: z.RefinementCtx) => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

export const setWorkspaceScheduleInput = z.object({
  name: line(1, 255),
  cronExpr: line(1, 255).superRefine(usable(cronFault)).nullish(),
  timezone: line(1, 255).superRefine(usable(zoneFault)).nullish(),
  prompt: text(0, 100_000).nullish(),
  enabled: z.boolean().nullish(),
});

const result = z.object({ scheduleId: z.guid() });
export type SetSchedule = z.output<typeof result>;

type Definition = Pick<WorkspaceSchedule, 'cronExpr' | 'timezone' | 'prompt' | 'enabled' | 'projectId'>;

const DEFAULTS = { cronExpr: '', timezone: 'UTC', prompt: '', enabled: true, projectId: null };
/** What an org file says of a schedule, and an import keeps equal to it. */
const OWNED_BY_TEMPLATE = ['cronExpr', 'timezone', 'prompt', 'enabled'] as const;

/**
 * Makes the schedule of that name, or changes it. What is absent stays as it is.
 * @throws WorkspaceRemovedError
 */
export async function setWorkspaceSchedule(
  act: Act,
  {
    workspaceId,
    projectId,
    ...input
  }: { workspaceId: string; projectId?: string | null } & z.input<typeof setWorkspaceScheduleInput>,
) {
  const { name, ...fields } = validate(setWorkspaceScheduleInput, input);
  const { organizationId } = await visibleWorkspace(act, workspaceId);
  const project = projectId == null ? null : await visibleProject(act, projectId);
  if (project && project.organizationId !== organizationId) throw new NotFoundError('projectId');
  const given: { [Field in keyof Definition]?: Definition[Field] | null } = { ...fields, projectId };
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.update', organizationId),
    queue: () => [treeOf(organizationId)],
    lock: (tx) => lockSchedules(tx, organizationId, workspaceId),
    async write(tx) {
      const current = await tx.workspaceSchedule.findFirst({ where: { workspaceId, name } });
      const next = { ...DEFAULTS, ...current, ...withDefaults(given) };
      const issues = current?.source === 'TEMPLATE' ? ownershipIssues(current, next) : [];
      if (next.cronExpr === '') issues.push({ path: 'cronExpr', message: 'must be given' });
      if (next.enabled && next.prompt === '') {
        issues.push({ path: 'prompt', message: 'must not be empty while the schedule is enabled' });
      }
      if (projectId && project?.archivedAt) {
        issues.push({ path: 'projectId', message: 'the project is archived' });
      }
      if (issues.length > 0) throw new InvalidInputError(issues);
      return { scheduleId: await write(tx, { organizationId, workspaceId, name }, current, next) };
    },
  });
}

/** What was given, with null as the default of its field. */
function withDefaults(given: { [Field in keyof Definition]?: Definition[Field] | null }) {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    present.map(([field, value]) => [field, value ?? DEFAULTS[field as keyof Definition]]),
  ) as Partial<Definition>;
}

function ownershipIssues(current: Definition, next: Definition): InputIssue[] {
  return OWNED_BY_TEMPLATE.filter((field) => current[field] !== next[field]).map((field) => ({
    path: field,
    message: 'an import made this schedule: change it in the org file',
  }));
}

async function write(
  tx: Tx,
  place: { organizationId: string; workspaceId: string; name: string },
  current: WorkspaceSchedule | null,
  { cronExpr, timezone, prompt, enabled, projectId }: Definition,
): Promise<string> {
  const isSameTime =
    current?.enabled === enabled && current.cronExpr === cronExpr && current.timezone === timezone;
  // A due time that is about to be found stays, so that naming a project does not swallow a run.
  const kept = isSameTime ? current.nextRunAt : null;
  const nextRunAt = kept ?? (enabled ? nextRun({ cronExpr, timezone }, new Date()) : null);
  const data = { cronExpr, timezone, prompt, enabled, projectId, nextRunAt };
  const { id } = current
    ? await tx.workspaceSchedule.update({ where: { id: current.id }, data })
    : await tx.workspaceSchedule.create({ data: { ...place, ...data } });
  return id;
}
