import type { CloseReadiness as Readiness } from '../../errors/errors.ts';
import { builder } from '../kit/builder.ts';
import { CloseBlockingReason, ClosePlannedAction, CloseReadinessState, CloseWarning } from './enum.ts';

export const CloseReadiness = builder.objectRef<Readiness>('CloseReadiness').implement({
  sharedBy: 'MEMBERS',
  description: 'Whether an execution workspace can be closed, what speaks against it, and what a close does.',
  fields: (t) => ({
    state: t.expose('state', {
      type: CloseReadinessState,
      description: 'Whether the execution workspace can be closed.',
    }),
    blockingReasons: t.field({
      type: [CloseBlockingReason],
      description: 'The reasons why it cannot be closed; empty when there are none.',
      resolve: ({ blockingReasons }) => [...blockingReasons],
    }),
    warnings: t.field({
      type: [CloseWarning],
      description: 'The reasons to think twice; empty when there are none.',
      resolve: ({ warnings }) => [...warnings],
    }),
    plannedActions: t.field({
      type: [ClosePlannedAction],
      description:
        'The steps of a close, in their order. The steps after ARCHIVE_RECORD are the work of a background job.',
      resolve: ({ plannedActions }) => [...plannedActions],
    }),
  }),
});
