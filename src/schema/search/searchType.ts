import { builder } from '../kit/builder.ts';

export const SearchType = builder.enumType('SearchType', {
  description: 'The types of objects that a search finds.',
  values: {
    SESSION: { value: 'Session', description: 'Sessions, by name, display name and branch.' },
    PULL_REQUEST: {
      value: 'PullRequest',
      description: 'Pull requests, by number, URL, title, author and source branch.',
    },
    AGENT: { value: 'Agent', description: 'Agents, by name and role.' },
  } as const,
});
