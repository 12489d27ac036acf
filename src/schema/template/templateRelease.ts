import { visibleTemplates } from '../../auth/visibleTemplates.ts';
import { builder } from '../kit/builder.ts';

export const TemplateRelease = builder.prismaNode('TemplateRelease', {
  id: { field: 'id' },
  visible: (viewer) => ({ template: visibleTemplates(viewer) }),
  description:
    'A published state of a template: its agent’s role, description and config, and its vocabulary. Never changed.',
  fields: (t) => ({
    template: t.relation('template', { description: 'The template that it is a release of.' }),
    number: t.exposeInt('number', { description: 'Its number. Counts from 1 for each template.' }),
    hash: t.exposeString('hash', {
      description: 'SHA-256 of its items as canonical JSON, in hexadecimal. Equal items have equal hashes.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was published.' }),
  }),
});
