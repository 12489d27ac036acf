import type { ItemResult, PlanResult } from '../../services/orgImport/importResult.ts';
import { builder } from '../kit/builder.ts';
import { Workspace } from '../workspace/workspace.ts';
import { OrgImportAction, RequirementLevel } from './enum.ts';

const OrgImportDrift = builder.objectRef<ItemResult['drift'][number]>('OrgImportDrift').implement({
  description: 'A field in which a workspace differs from the org file.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description:
        '`role`, `runtime`, `tier`, `model`, `plugins`, `spec.<key>`, `schedules.<name>` or `channels.<type>`.',
    }),
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'What the workspace has; null when it has none.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      nullable: true,
      description:
        'What the org file says; null when it says nothing. A schedule or channel that left the file is disabled, not deleted.',
    }),
  }),
});

export const OrgImportItem = builder.objectRef<ItemResult>('OrgImportItem').implement({
  description: 'What an import does with one workspace.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    path: t.exposeStringList('path', {
      description:
        'The names from the root down to its own: in the org file, or in the tree for a workspace that the file has no place for.',
    }),
    action: t.expose('action', { type: OrgImportAction, description: 'What is done.' }),
    reason: t.exposeString('reason', { description: 'Why, for people. May be reworded.' }),
    workspace: t.exposeNode('workspaceId', {
      type: Workspace,
      nullable: true,
      description:
        'The workspace, as it is now; null in a plan for one that is to be created, and for one that is not spawned.',
    }),
    drift: t.expose('drift', {
      type: [OrgImportDrift],
      description: 'Where it differs from the org file. UPDATED and MOVED apply it; SKIPPED only reports it.',
    }),
    duplicateOf: t.exposeNode('duplicateOf', {
      type: Workspace,
      nullable: true,
      description:
        'Of one that MERGE creates: a live workspace in scope that has the same name at another place.',
    }),
  }),
});

export const OrgImportRequirement = builder
  .objectRef<PlanResult['unmetRequirements'][number]>('OrgImportRequirement')
  .implement({
    description: 'Environment variables of which an org file needs one.',
    fields: (t) => ({
      anyOf: t.exposeStringList('anyOf', { description: 'One of these names is needed.' }),
      level: t.expose('level', { type: RequirementLevel, description: 'How much it is needed.' }),
      workspacePaths: t.field({
        type: t.listRef('String'),
        description:
          'The workspaces that need it, each as its names from the root in one text, joined by ` / `; an empty text is the whole organization.',
        resolve: ({ workspacePaths }) => workspacePaths.map((path) => path.join(' / ')),
      }),
    }),
  });

export const OrgImportPlan = builder.objectRef<PlanResult>('OrgImportPlan').implement({
  description: 'What an import does.',
  fields: (t) => ({
    hash: t.exposeString('hash', {
      description:
        'SHA-256, in hexadecimal, of everything that is done. Pass it as `expectedPlanHash` to do exactly this.',
    }),
    items: t.expose('items', {
      type: [OrgImportItem],
      description:
        'The workspaces of the org file in its order, parents first; then each other live workspace in scope.',
    }),
    unmetRequirements: t.expose('unmetRequirements', {
      type: [OrgImportRequirement],
      description:
        'What neither `environment`, nor the `.env` files of the source, nor the runtime provides. Required before recommended.',
    }),
  }),
});
