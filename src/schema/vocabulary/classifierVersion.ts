import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';

export const ClassifierVersion = builder.prismaNode('ClassifierVersion', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'One version of the labels of a classifier. A version never changes.',
  fields: (t) => ({
    classifier: t.relation('classifier', { description: 'The classifier that the version belongs to.' }),
    version: t.exposeInt('version', {
      description: 'The number of the version within its classifier, counting from 1 without gaps.',
    }),
    attributeKey: t.exposeString('attributeKey', {
      description: 'The name of the attribute whose values are the labels, such as `severity`.',
    }),
    attributeValues: t.field({
      ...long('ClassifierVersion', 'attributeValues', 64),
      type: 'JSON',
      description:
        'The labels: a list of strings, or an object whose keys are the labels and whose values describe them.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the version was created.' }),
  }),
});
