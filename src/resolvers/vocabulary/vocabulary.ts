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
      description: 'Archived ones instead of those in use.',
    }),
  };
  const where = ({ id }: { id: string }, { archived }: { archived: boolean }) => ({
    organizationId: id,
    archivedAt: archived ? { not: null } : null,
  });
  return {
    entityTypes: t.list({
      type: EntityType,
      description: 'The kinds of things that it knows of, newest first.',
      args,
      where,
    }),
    relationshipTypes: t.list({
      type: RelationshipType,
      description: 'How these things may be related, newest first.',
      args,
      where,
    }),
    classifiers: t.list({
      type: Classifier,
      description: 'How what comes in is labelled, newest first.',
      args,
      where,
    }),
    watchers: t.list({ type: Watcher, description: 'What it watches for, newest first.', args, where }),
  };
});
