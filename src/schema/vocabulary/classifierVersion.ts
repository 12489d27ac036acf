import { builder } from '../kit/builder.ts';

export const ClassifierVersion = builder.prismaNode('ClassifierVersion', {
  id: { field: 'id' },
  description: 'The labels of a classifier from some moment on. Never changed.',
  fields: (t) => ({
    classifier: t.relation('classifier', { description: 'The classifier that it is a version of.' }),
    version: t.exposeInt('version', { description: 'Its number. Counts from 1 for each classifier.' }),
    attributeKey: t.exposeString('attributeKey', {
      description: 'The attribute that a label is the value of.',
    }),
    attributeValues: t.expose('attributeValues', {
      type: 'JSON',
      description: 'The labels: a list of texts, or an object that describes each label by its key.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});
