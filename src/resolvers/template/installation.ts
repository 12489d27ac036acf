import { NotInstalledError } from '../../errors.ts';
import { builder } from '../../schema/index.ts';
import type { Types } from '../../schema/kit/builder.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { InstallationStatus } from '../../schema/template/enum.ts';
import { Installation } from '../../schema/template/installation.ts';
import { TemplateItemKind } from '../../schema/template/itemKind.ts';
import { adoptItem, detachItem, itemInput } from '../../services/template/install/detachItem.ts';
import {
  uninstallTemplate,
  uninstallTemplateInput,
} from '../../services/template/install/uninstallTemplate.ts';
import { mutation } from '../kit/mutation.ts';

builder.prismaObjectFields('Organization', (t) => ({
  installations: t.list({
    type: Installation,
    description: 'The templates that it has installed, newest first, uninstalled ones among them.',
    args: { status: t.arg({ type: InstallationStatus, description: 'Only those in this status.' }) },
    where: ({ id }, { status }) => ({ organizationId: id, status: status ?? undefined }),
    orderBy: newestFirst('installedAt'),
  }),
}));

const itemFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => ({
  installationId: t.idOf('Installation', { required: true, description: 'The installation.' }),
  kind: t.field({ type: TemplateItemKind, required: true, description: 'What it is; not AGENT.' }),
});

mutation('detachItem', {
  description:
    'Makes a row that an installation manages the organization’s own: it can be edited, and no release changes it any more. What refers to its item still refers to it. `adoptItem` takes it back. Delivers one change of the row. For OWNER and ADMIN.',
  input: (t) => ({
    ...itemFields(t),
    slug: t.string({ required: true, description: 'The slug of the row.' }),
  }),
  schema: itemInput,
  errors: [NotInstalledError],
  act: detachItem,
  payload: (t) => ({
    installation: t.exposeNode('installationId', { type: Installation, description: 'The installation.' }),
  }),
});

mutation('adoptItem', {
  description:
    'Makes a row of the organization an installation’s, as it is: one that was detached, or one that has the slug of an item without a row. Where it differs from the release, it counts as changed here, and resyncs keep that. NOT_FOUND when there is no such row. Delivers one change of the row. For OWNER and ADMIN.',
  input: (t) => ({
    ...itemFields(t),
    slug: t.string({ required: true, description: 'The slug of the item in the release.' }),
  }),
  schema: itemInput,
  errors: [NotInstalledError],
  act: adoptItem,
  payload: (t) => ({
    installation: t.exposeNode('installationId', { type: Installation, description: 'The installation.' }),
  }),
});

const UninstallMode = builder.enumType('UninstallMode', {
  description: 'What becomes of what an installation manages.',
  values: {
    ARCHIVE_ITEMS: {
      value: 'ARCHIVE_ITEMS',
      description:
        'Its rows are archived, but for those that live rows of the organization refer to: they become its own. The agent is offboarded. A later installation restores the rows.',
    },
    KEEP_AS_USER_OWNED: {
      value: 'KEEP_AS_USER_OWNED',
      description: 'Its rows become the organization’s own, and the agent works on.',
    },
  } as const,
});

mutation('uninstallTemplate', {
  description:
    'Ends an installation, for good: the template can be installed anew. Nothing is deleted. Delivers INSTALLATION_UNINSTALLED and the changes of rows and agent. For OWNER and ADMIN.',
  input: (t) => ({
    installationId: t.idOf('Installation', { required: true, description: 'The installation.' }),
    mode: t.field({ type: UninstallMode, required: true, description: 'What becomes of what it manages.' }),
  }),
  schema: uninstallTemplateInput,
  errors: [NotInstalledError],
  act: uninstallTemplate,
  payload: (t) => ({
    installation: t.exposeNode('installationId', { type: Installation, description: 'The installation.' }),
    archivedCount: t.exposeInt('archivedCount', { description: 'How many rows were archived.' }),
    keptCount: t.exposeInt('keptCount', {
      description: 'How many rows became the organization’s own.',
    }),
  }),
});
