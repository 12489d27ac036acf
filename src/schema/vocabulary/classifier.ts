import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { ClassifierVersion } from './classifierVersion.ts';
import { vocabularyFields } from './vocabularyFields.ts';

export const Classifier = builder.prismaNode('Classifier', {
  id: { field: 'id' },
  description: 'Gives what comes in one of several labels, such as a severity.',
  fields: (t) => ({
    ...vocabularyFields(t),
    watcher: t.relation('watcher', {
      nullable: true,
      description: 'The watcher whose findings it labels, if it is made for one.',
    }),
    currentVersion: t.relation('currentVersion', {
      type: ClassifierVersion,
      description: 'Its labels now.',
    }),
    versions: t.list({
      type: ClassifierVersion,
      description: 'Its labels over time, the newest version first.',
      where: ({ id }) => ({ classifierId: id }),
    }),
  }),
});

liveNoun('Classifier', {
  changes: {
    CLASSIFIER_CREATED: 'A classifier was created.',
    CLASSIFIER_UPDATED: 'A public field of a classifier changed, or it has a new version.',
    CLASSIFIER_ARCHIVED: 'A classifier was archived.',
  },
});
