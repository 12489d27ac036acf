import { visibleTemplates } from '../../auth/visibleTemplates.ts';
import { builder } from '../kit/builder.ts';

export const TemplateRelease = builder.prismaNode('TemplateRelease', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  visible: (viewer) => ({ template: visibleTemplates(viewer) }),
  description:
    'A published state of a template: the role, description and config of its agent, and its vocabulary. A release never changes.',
  fields: (t) => ({
    template: t.relation('template', { description: 'The template that the release belongs to.' }),
    number: t.exposeInt('number', {
      description: 'The number of the release within its template, counting from 1.',
    }),
    hash: t.exposeString('hash', {
      description:
        'The SHA-256 hash of the items of the release as canonical JSON, in hexadecimal. Releases with equal items have equal hashes.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the release was published.' }),
  }),
});
