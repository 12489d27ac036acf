import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';

builder.prismaObjectFields('Organization', (t) => {
  const args = {
    archived: t.arg.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether to return archived definitions instead of live ones.',
    }),
  };
  const query = ({ archived }: { archived: boolean }) => ({
    where: { archivedAt: archived ? { not: null } : null },
  });
  return {
    entityTypes: t.relatedConnection('entityTypes', {
      ...relatedList(),
      description: 'The entity types of the organization, newest first.',
      args,
      query,
    }),
    relationshipTypes: t.relatedConnection('relationshipTypes', {
      ...relatedList(),
      description: 'The relationship types of the organization, newest first.',
      args,
      query,
    }),
    classifiers: t.relatedConnection('classifiers', {
      ...relatedList(),
      description: 'The classifiers of the organization, newest first.',
      args,
      query,
    }),
    watchers: t.relatedConnection('watchers', {
      ...relatedList(),
      description: 'The watchers of the organization, newest first.',
      args,
      query,
    }),
  };
});
