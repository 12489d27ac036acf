import type { ItemResult, PlanResult } from '../../services/orgImport/importResult.ts';
import { builder } from '../kit/builder.ts';
import { weighs } from '../kit/weight.ts';
import { Workspace } from '../workspace/workspace.ts';
import { OrgImportAction, RequirementLevel } from './enum.ts';

const OrgImportDrift = builder.objectRef<ItemResult['drift'][number]>('OrgImportDrift').implement({
  description: 'A field in which a workspace differs from the org file.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description:
        'The name of the field: `role`, `runtime`, `tier`, `model`, `plugins`, `spec.<key>`, `schedules.<name>` or `channels.<type>`.',
    }),
    before: t.expose('before', {
      ...weighs({ kilobytes: 1 }),
      type: 'JSON',
      nullable: true,
      description: 'The value of the workspace; null when it has none.',
    }),
    after: t.expose('after', {
      ...weighs({ kilobytes: 1 }),
      type: 'JSON',
      nullable: true,
      description:
        'The value in the org file; null when it has none. A schedule or channel that is no longer in the file has the value that disables it: imports do not delete schedules or channels.',
    }),
  }),
});

export const OrgImportItem = builder.objectRef<ItemResult>('OrgImportItem').implement({
  description: 'The effect of an import on one workspace.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the workspace.' }),
    path: t.exposeStringList('path', {
      description:
        'The names from the root down to the workspace: in the org file, or in the live tree for a workspace that has no place in the file.',
    }),
    action: t.expose('action', { type: OrgImportAction, description: 'The action that the import takes.' }),
    reason: t.exposeString('reason', {
      description: 'The reason for the action, in a message for people. Its wording may change.',
    }),
    workspace: t.exposeNode('workspaceId', {
      type: Workspace,
      nullable: true,
      description:
        'The live workspace; null when it does not exist: in a plan when the action is CREATED, and with NOT_SPAWNED when no workspace is at this place.',
    }),
    drift: t.expose('drift', {
      type: [OrgImportDrift],
      description:
        'The fields in which the workspace differs from the org file. UPDATED and MOVED set them; SKIPPED only reports them.',
    }),
    duplicateOf: t.exposeNode('duplicateOf', {
      type: Workspace,
      nullable: true,
      description:
        "A live workspace in the import's scope that has the same name at another place. Null unless the mode is MERGE and the action is CREATED, and when no such workspace exists.",
    }),
  }),
});

export const OrgImportRequirement = builder
  .objectRef<PlanResult['unmetRequirements'][number]>('OrgImportRequirement')
  .implement({
    description:
      'A requirement of an org file: at least one of a few environment variables must be available.',
    fields: (t) => ({
      anyOf: t.exposeStringList('anyOf', {
        description: 'The names of the variables. One available variable meets the requirement.',
      }),
      level: t.expose('level', {
        type: RequirementLevel,
        description: 'Whether the requirement must be met.',
      }),
      workspacePaths: t.field({
        type: t.listRef('String'),
        description:
          'The workspaces that have the requirement, each as the names from the root down, joined by ` / `. An empty string stands for the whole organization.',
        resolve: ({ workspacePaths }) => workspacePaths.map((path) => path.join(' / ')),
      }),
    }),
  });

export const OrgImportPlan = builder.objectRef<PlanResult>('OrgImportPlan').implement({
  description: 'The effects of an import on the tree of an organization.',
  fields: (t) => ({
    hash: t.exposeString('hash', {
      description:
        'The SHA-256 hash of all effects, in hexadecimal. `importOrg` with this `expectedPlanHash` carries out exactly this plan or refuses.',
    }),
    items: t.expose('items', {
      type: [OrgImportItem],
      ...weighs({ items: 500 }),
      description:
        "The workspaces of the org file in its order, parents first, followed by every other live workspace in the import's scope.",
    }),
    unmetRequirements: t.expose('unmetRequirements', {
      type: [OrgImportRequirement],
      description:
        'The requirements that neither `environment`, nor the `.env` files of the source, nor the server provides. Required ones come first.',
    }),
  }),
});
