import { builder } from '../../schema/index.ts';
import { Classifier } from '../../schema/vocabulary/classifier.ts';
import { EntityType } from '../../schema/vocabulary/entityType.ts';
import { RelationshipType } from '../../schema/vocabulary/relationshipType.ts';
import { Watcher } from '../../schema/vocabulary/watcher.ts';

builder.prismaObjectFields('Organization', (t) => {
  const args = {
    archived: t.arg.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether to return archived definitions instead of live ones.',
    }),
  };
  const where = ({ id }: { id: string }, { archived }: { archived: boolean }) => ({
    organizationId: id,
    archivedAt: archived ? { not: null } : null,
  });
  return {
    entityTypes: t.list({
      type: EntityType,
      description: 'The entity types of the organization, newest first.',
      args,
      where,
    }),
    relationshipTypes: t.list({
      type: RelationshipType,
      description: 'The relationship types of the organization, newest first.',
      args,
      where,
    }),
    classifiers: t.list({
      type: Classifier,
      description: 'The classifiers of the organization, newest first.',
      args,
      where,
    }),
    watchers: t.list({
      type: Watcher,
      description: 'The watchers of the organization, newest first.',
      args,
      where,
    }),
  };
});
