import { Actor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { OrgImportMode, OrgImportStatus } from './enum.ts';

const OrgImportWarning = builder.objectRef<{ path: string; message: string }>('OrgImportWarning').implement({
  description: 'Something in an org file that does not prevent its import.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where: `workspaces[0].children[2].role`.' }),
    message: t.exposeString('message', { description: 'What is wrong.' }),
  }),
});

export const OrgImport = builder.prismaNode('OrgImport', {
  id: { field: 'id' },
  description: 'One import of an org file into an organization. Kept for ever.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the document.' }),
    organization: t.relation('organization', { description: 'Whose it is.' }),
    mode: t.expose('mode', { type: OrgImportMode, description: 'What it does with what exists already.' }),
    status: t.expose('status', { type: OrgImportStatus, description: 'Where it stands.' }),
    planHash: t.exposeString('planHash', {
      nullable: true,
      description: 'The hash of the plan that it carried out; null until it has one.',
    }),
    createdCount: t.exposeInt('createdCount', { description: 'How many workspaces it created.' }),
    skippedCount: t.exposeInt('skippedCount', {
      description: 'How many workspaces of the document existed already and stayed as they were.',
    }),
    updatedCount: t.exposeInt('updatedCount', { description: 'How many workspaces it updated.' }),
    movedCount: t.exposeInt('movedCount', { description: 'How many workspaces it moved.' }),
    removedCount: t.exposeInt('removedCount', { description: 'How many workspaces it removed.' }),
    provisionedCount: t.exposeInt('provisionedCount', {
      description: 'How many of the workspaces that it created have come ONLINE.',
    }),
    failedCount: t.exposeInt('failedCount', {
      description: 'How many of the workspaces that it created have FAILED instead.',
    }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      description: 'How long it took, in milliseconds; null while it is RUNNING.',
    }),
    warnings: t.field({
      type: [OrgImportWarning],
      description: 'What is wrong in the document without preventing the import. Events do not carry them.',
      select: { warnings: true },
      resolve: ({ warnings }) => warnings as { path: string; message: string }[],
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why it FAILED; null unless it did.' }),
    requestedBy: t.field({
      type: Actor,
      description: 'Who asked for it.',
      select: { requestedByKind: true, requestedById: true, requestedByName: true },
      resolve: ({ requestedByKind, requestedById, requestedByName }) => ({
        kind: requestedByKind,
        id: requestedById,
        name: requestedByName,
      }),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was COMPLETED or FAILED; null while it is RUNNING.',
    }),
  }),
});
