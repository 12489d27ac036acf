import { NotInstalledError } from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import type { Types } from '../../schema/kit/builder.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
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
  installations: t.relatedConnection('installations', {
    ...relatedList(newestFirst('installedAt')),
    description: 'The installations of the organization, including uninstalled ones, newest first.',
    args: {
      status: t.arg({
        type: InstallationStatus,
        description: 'Only installations in this status. All installations by default.',
      }),
    },
    query: ({ status }) => ({ where: { status: status ?? undefined } }),
  }),
}));

const itemFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => ({
  installationId: t.idOf('Installation', {
    required: true,
    description: 'The installation that has the item.',
  }),
  kind: t.field({
    type: TemplateItemKind,
    required: true,
    description: 'The kind of the item. AGENT is INVALID_INPUT.',
  }),
});

mutation('detachItem', {
  description: `Detaches a row from its installation. The organization can edit the row afterwards, and releases no longer change it. Existing references to the row stay. \`adoptItem\` reverses the mutation. The feed delivers one change of the row.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the installation.
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. NOT_INSTALLED
6. NOT_FOUND: the installation manages no live row with the kind and the slug.

Allowed for OWNER and ADMIN.`,
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
  description: `Lets an installation manage a row of the organization: a detached row, or a row that has the slug of an item without a row. The values of the row do not change. Fields that differ from the release count as local changes, which resyncs keep. The feed delivers one change of the row.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the installation.
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. NOT_INSTALLED
6. NOT_FOUND: the organization has no such row, or the release has no such item.

Allowed for OWNER and ADMIN.`,
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
  description: 'The treatment of the agent and the vocabulary when an installation is uninstalled.',
  values: {
    ARCHIVE_ITEMS: {
      value: 'ARCHIVE_ITEMS',
      description:
        'The rows of the installation are archived and the agent is offboarded. Rows that live rows of the organization refer to stay live, and the organization manages them itself. A later installation of the template restores the archived rows.',
    },
    KEEP_AS_USER_OWNED: {
      value: 'KEEP_AS_USER_OWNED',
      description:
        'All rows of the installation stay, and the organization manages them itself. The agent keeps working.',
    },
  } as const,
});

mutation('uninstallTemplate', {
  description: `Uninstalls a template. The installation stays UNINSTALLED; a new installation of the template is possible. Nothing is deleted. The feed delivers INSTALLATION_UNINSTALLED and the changes of the vocabulary and the agent.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. NOT_INSTALLED

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    installationId: t.idOf('Installation', { required: true, description: 'The installation to uninstall.' }),
    mode: t.field({
      type: UninstallMode,
      required: true,
      description: 'The treatment of the agent and the vocabulary.',
    }),
  }),
  schema: uninstallTemplateInput,
  errors: [NotInstalledError],
  act: uninstallTemplate,
  payload: (t) => ({
    installation: t.exposeNode('installationId', { type: Installation, description: 'The installation.' }),
    archivedCount: t.exposeInt('archivedCount', { description: 'The number of rows that were archived.' }),
    keptCount: t.exposeInt('keptCount', {
      description: 'The number of rows that stayed live and that the organization now manages itself.',
    }),
  }),
});
