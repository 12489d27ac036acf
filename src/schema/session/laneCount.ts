import type { SessionLane as Lane } from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';
import { SessionLane } from './enum.ts';

export const LaneCount = builder.objectRef<{ lane: Lane; count: number }>('LaneCount').implement({
  description: 'How many sessions stand in a lane.',
  fields: (t) => ({
    lane: t.expose('lane', { type: SessionLane, description: 'The lane.' }),
    count: t.exposeInt('count', { description: 'How many.' }),
  }),
});
