import type { DemoTemplate } from './template.ts';

export const PULL_REQUEST_REVIEWER: DemoTemplate = {
  slug: 'pull-request-reviewer',
  name: 'Pull-request reviewer',
  description:
    'Reviews pull requests as they wait, and keeps what it finds in terms that can be counted: which component, how severe, of which kind.',
  agent: {
    name: 'Reviewer template',
    role: 'reviewer',
    config: { required_env: ['GITHUB_TOKEN'], connections: ['source-code-host'] },
  },
  entityTypes: [
    {
      slug: 'component',
      name: 'Component',
      description: 'A part of the code base with an owner.',
      metadataSchema: {
        type: 'object',
        properties: { path: { type: 'string', maxLength: 500 }, owner: { type: 'string', maxLength: 100 } },
        required: ['path'],
      },
    },
    {
      slug: 'review-finding',
      name: 'Review finding',
      description: 'Something that a review asks to change.',
      metadataSchema: {
        type: 'object',
        properties: {
          summary: { type: 'string', maxLength: 500 },
          file: { type: 'string', maxLength: 500 },
          line: { type: 'integer', minimum: 1 },
        },
        required: ['summary'],
      },
    },
  ],
  relationshipTypes: [
    {
      slug: 'found-in',
      name: 'found in',
      description: 'The component that a finding is about.',
      rules: [{ sourceSlug: 'review-finding', targetSlug: 'component' }],
    },
    {
      slug: 'duplicates',
      name: 'duplicates',
      description: 'Two findings that one change settles.',
      isSymmetric: true,
      rules: [{ sourceSlug: 'review-finding', targetSlug: 'review-finding' }],
    },
  ],
  watcher: {
    slug: 'waiting-pull-requests',
    name: 'Waiting pull requests',
    description: 'What the open pull requests wait for.',
    prompt:
      'List the open pull requests that have waited for a review for more than a working day. For each say what it changes, what is risky in it, and what a reviewer should look at first.',
    extractionSchema: {
      type: 'object',
      properties: {
        pullRequests: {
          type: 'array',
          maxItems: 100,
          items: {
            type: 'object',
            properties: {
              number: { type: 'integer', minimum: 1 },
              risk: { type: 'string', maxLength: 1000 },
              lookFirst: { type: 'array', maxItems: 20, items: { type: 'string', maxLength: 500 } },
            },
            required: ['number', 'risk'],
          },
        },
      },
      required: ['pullRequests'],
    },
    schedule: '0 8,13 * * 1-5',
  },
  classifiers: [
    {
      slug: 'finding-severity',
      name: 'Severity of a finding',
      attributeKey: 'severity',
      attributeValues: {
        blocking: 'Must be settled before the merge: wrong results, lost data, a hole in security.',
        important: 'Should be settled before the merge.',
        optional: 'A matter of taste or of later.',
      },
    },
    {
      slug: 'finding-kind',
      name: 'Kind of finding',
      attributeKey: 'kind',
      attributeValues: ['correctness', 'security', 'performance', 'tests', 'readability'],
    },
  ],
};
