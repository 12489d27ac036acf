import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { ClassifierVersion } from './classifierVersion.ts';
import { vocabularyFields } from './vocabularyFields.ts';

export const Classifier = builder.prismaNode('Classifier', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    'A definition of the labels, such as severities, from which an item or a finding of a watcher gets one.',
  fields: (t) => ({
    ...vocabularyFields(t),
    watcher: t.relation('watcher', {
      nullable: true,
      description:
        'The watcher whose findings the classifier labels; null when the classifier belongs to no watcher.',
    }),
    currentVersion: t.relation('currentVersion', {
      type: ClassifierVersion,
      description: 'The current version of the classifier, which holds its labels.',
    }),
    versions: t.relatedConnection('versions', {
      ...relatedList(),
      description: 'All versions of the classifier, newest first.',
    }),
  }),
});

liveNoun('Classifier', {
  changes: {
    CLASSIFIER_CREATED: 'A classifier was created.',
    CLASSIFIER_UPDATED: 'A public field of a classifier changed, or the classifier got a new version.',
    CLASSIFIER_ARCHIVED: 'A classifier was archived.',
  },
});
