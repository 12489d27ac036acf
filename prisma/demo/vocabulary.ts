/** The demo's own vocabulary. Its slugs differ from those of the catalogue, so that its templates can be installed. */
import type { Act } from '../../src/services/act/act.ts';
import { createEntityType } from '../../src/services/vocabulary/entityType.ts';
import { createRelationshipType } from '../../src/services/vocabulary/relationshipType.ts';

export async function seedVocabulary(act: () => Promise<Act>, organizationId: string): Promise<void> {
  await createEntityType(await act(), {
    organizationId,
    slug: 'subsystem',
    name: 'Subsystem',
    description: 'A part of the rocket that is built and tested by itself.',
    metadataSchema: { type: 'object', properties: { massKg: { type: 'number', minimum: 0 } } },
  });
  await createEntityType(await act(), {
    organizationId,
    slug: 'anomaly',
    name: 'Anomaly',
    description: 'An unexpected result of a flight or a test.',
    metadataSchema: { type: 'object', properties: { firstSeen: { type: 'string', format: 'date-time' } } },
  });
  await createRelationshipType(await act(), {
    organizationId,
    slug: 'observed-in',
    name: 'observed in',
    description: 'The subsystem in which an anomaly was observed.',
    rules: [{ sourceSlug: 'anomaly', targetSlug: 'subsystem' }],
  });
}
