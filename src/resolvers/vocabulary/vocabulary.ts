import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { archivable } from '../kit/archivable.ts';

builder.prismaObjectFields('Organization', (t) => {
  const options = { ...relatedList(), ...archivable(t, 'definitions') };
  return {
    entityTypes: t.relatedConnection('entityTypes', {
      ...options,
      description: 'The entity types of the organization, newest first.',
    }),
    relationshipTypes: t.relatedConnection('relationshipTypes', {
      ...options,
      description: 'The relationship types of the organization, newest first.',
    }),
    classifiers: t.relatedConnection('classifiers', {
      ...options,
      description: 'The classifiers of the organization, newest first.',
    }),
    watchers: t.relatedConnection('watchers', {
      ...options,
      description: 'The watchers of the organization, newest first.',
    }),
  };
});
