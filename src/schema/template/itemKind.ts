import { TemplateItemKind as values } from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const TemplateItemKind = dbEnum('TemplateItemKind', values, 'The kind of an item of a release.', {
  AGENT:
    'The item is the agent: its role, description and config. A release has one agent, with the slug `agent`.',
  ENTITY_TYPE: 'The item is an entity type.',
  RELATIONSHIP_TYPE: 'The item is a relationship type, with its inverse and its rules.',
  WATCHER: 'The item is a watcher, with its prompt, schema, schedule and script.',
  CLASSIFIER: 'The item is a classifier, with its labels.',
});
