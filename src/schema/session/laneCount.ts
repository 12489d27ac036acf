import type { SessionLane as Lane } from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';
import { SessionLane } from './enum.ts';

export const LaneCount = builder.objectRef<{ lane: Lane; count: number }>('LaneCount').implement({
  description: 'The number of sessions in one lane.',
  fields: (t) => ({
    lane: t.expose('lane', { type: SessionLane, description: 'The lane of the board.' }),
    count: t.exposeInt('count', { description: 'The number of sessions in the lane.' }),
  }),
});
