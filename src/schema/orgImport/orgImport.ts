import { storedActor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { columnOf } from '../kit/long.ts';
import { orNull } from '../kit/orNull.ts';
import { weighs } from '../kit/weight.ts';
import { OrgImportMode, OrgImportStatus } from './enum.ts';

const OrgImportWarning = builder.objectRef<{ path: string; message: string }>('OrgImportWarning').implement({
  sharedBy: 'MEMBERS',
  description:
    'A fault of an org file that does not prevent its import, or an environment variable that is missing.',
  fields: (t) => ({
    path: t.string({
      ...orNull('path'),
      description:
        'The place in the org file, such as `workspaces[0].children[2].role`; `required_env` or `recommended_env` for a missing variable. Null for the whole file.',
    }),
    message: t.exposeString('message', {
      description: 'The fault, in a message for people. Its wording may change.',
    }),
  }),
});

export const OrgImport = builder.prismaNode('OrgImport', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'One import of an org file into an organization. Imports are kept forever.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The `name` in the org file.' }),
    organization: t.relation('organization', {
      description: 'The organization that the org file is imported into.',
    }),
    mode: t.expose('mode', {
      type: OrgImportMode,
      description: 'The effect of the import on workspaces that exist already.',
    }),
    status: t.expose('status', {
      type: OrgImportStatus,
      description: 'Whether the import is running, completed or failed.',
    }),
    planHash: t.exposeString('planHash', {
      nullable: true,
      description: 'The hash of the plan that the import carried out; null unless it is COMPLETED.',
    }),
    createdCount: t.exposeInt('createdCount', {
      description: 'The number of workspaces that the import created.',
    }),
    skippedCount: t.exposeInt('skippedCount', {
      description: 'The number of workspaces in the org file that existed already and were not changed.',
    }),
    updatedCount: t.exposeInt('updatedCount', {
      description: 'The number of workspaces that the import updated without moving them.',
    }),
    movedCount: t.exposeInt('movedCount', { description: 'The number of workspaces that the import moved.' }),
    removedCount: t.exposeInt('removedCount', {
      description: 'The number of workspaces that the import removed.',
    }),
    provisionedCount: t.exposeInt('provisionedCount', {
      description:
        'The number of created workspaces whose agent has started: they are ONLINE, OFFLINE or DEGRADED. The count is kept current for 24 hours after the import.',
    }),
    failedCount: t.exposeInt('failedCount', {
      description:
        'The number of created workspaces that are FAILED. The count is kept current for 24 hours after the import.',
    }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      description: 'The duration of the import in milliseconds; null while it is RUNNING.',
    }),
    warnings: t.field({
      type: [OrgImportWarning],
      ...weighs({ items: 100 }),
      description: 'The warnings about the org file. Change events do not contain them.',
      select: { id: true },
      resolve: async (orgImport, _args, context) =>
        (await columnOf('OrgImport', 'warnings', orgImport, context)) as { path: string; message: string }[],
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why the import FAILED; null unless it did.',
    }),
    requestedBy: t.field({
      ...storedActor('requestedBy'),
      description: 'The person who called `importOrg`.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the import started.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the import was COMPLETED or FAILED; null while it is RUNNING.',
    }),
  }),
});
