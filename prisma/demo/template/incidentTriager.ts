import type { DemoTemplate } from './template.ts';

export const INCIDENT_TRIAGER: DemoTemplate = {
  slug: 'incident-triager',
  name: 'Incident triager',
  description:
    'Reads alerts as they come, groups them into incidents, says which services are affected and how urgent each incident is.',
  agent: {
    name: 'Triager template',
    role: 'triager',
    config: { required_env: ['PAGER_TOKEN', 'METRICS_URL'], connections: ['alerts'] },
  },
  entityTypes: [
    {
      slug: 'service',
      name: 'Service',
      description: 'Something that runs and can fail.',
      metadataSchema: {
        type: 'object',
        properties: { tier: { enum: [1, 2, 3] }, runbook: { type: 'string', format: 'uri' } },
      },
    },
    {
      slug: 'incident',
      name: 'Incident',
      description: 'A time in which a service did not do what it should.',
      metadataSchema: {
        type: 'object',
        properties: {
          startedAt: { type: 'string', format: 'date-time' },
          endedAt: { type: 'string', format: 'date-time' },
          summary: { type: 'string', maxLength: 1000 },
        },
        required: ['startedAt', 'summary'],
      },
    },
  ],
  relationshipTypes: [
    {
      slug: 'affects',
      name: 'affects',
      description: 'The services that an incident affects.',
      rules: [{ sourceSlug: 'incident', targetSlug: 'service' }],
    },
    {
      slug: 'depends-on',
      name: 'depends on',
      description: 'A service that fails when the other one does.',
      rules: [{ sourceSlug: 'service', targetSlug: 'service' }],
    },
  ],
  watcher: {
    slug: 'new-incidents',
    name: 'New incidents',
    description: 'What broke since the last look.',
    prompt:
      'Read the alerts since the last run. Group those with one cause. For each group say what broke, since when, which services are affected, and what to do first.',
    extractionSchema: {
      type: 'object',
      properties: {
        incidents: {
          type: 'array',
          maxItems: 50,
          items: {
            type: 'object',
            properties: {
              summary: { type: 'string', maxLength: 1000 },
              startedAt: { type: 'string', format: 'date-time' },
              services: { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 100 } },
              firstStep: { type: 'string', maxLength: 1000 },
            },
            required: ['summary', 'startedAt', 'services'],
          },
        },
      },
      required: ['incidents'],
    },
    schedule: '*/15 * * * *',
  },
  classifiers: [
    {
      slug: 'urgency',
      name: 'Urgency',
      attributeKey: 'urgency',
      attributeValues: {
        now: 'Customers are affected, and it gets worse.',
        today: 'Customers are affected, or will be soon.',
        later: 'Only we notice it.',
      },
    },
    {
      slug: 'cause',
      name: 'Cause',
      attributeKey: 'cause',
      attributeValues: ['deploy', 'dependency', 'load', 'hardware', 'configuration', 'unknown'],
    },
  ],
};
