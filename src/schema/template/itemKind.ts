import { TemplateItemKind as values } from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const TemplateItemKind = dbEnum('TemplateItemKind', values, 'What an item of a release is.', {
  AGENT: 'The agent: its role, description and config. A release has one, with the slug `agent`.',
  ENTITY_TYPE: 'An entity type.',
  RELATIONSHIP_TYPE: 'A relationship type, with its inverse and its rules.',
  WATCHER: 'A watcher, with what it asks.',
  CLASSIFIER: 'A classifier, with its labels.',
});
