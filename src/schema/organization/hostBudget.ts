import type { HostBudget as Budget } from '../../services/port/pullRequestSource.ts';
import { builder } from '../kit/builder.ts';

export const HostBudget = builder.objectRef<Budget>('HostBudget').implement({
  sharedBy: 'MEMBERS',
  description:
    'How much of its hourly budget the token of this installation may still spend on a source-code host. All organizations share it.',
  fields: (t) => ({
    host: t.exposeString('host', { description: 'The name of the host, such as `github.com`.' }),
    limit: t.exposeInt('limit', { description: 'The number of points an hour.' }),
    remaining: t.exposeInt('remaining', { description: 'The number of points that remain until the reset.' }),
    resetAt: t.expose('resetAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the budget is full again; null when the host does not say.',
    }),
  }),
});
