import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const AgentStatus = dbEnum('AgentStatus', values.AgentStatus, 'Whether an agent works.', {
  PENDING: 'Its container is being started. RUNNING, ERROR or STOPPED comes next.',
  RUNNING: 'It works. ERROR or STOPPED comes next. Only now may it watch repositories and run sessions.',
  STOPPED: 'It was offboarded. Nothing comes next: whoever is hired in its place is another agent.',
  ERROR: 'Its container did not start, or died. It holds nothing any more; STOPPED comes next.',
});

export const AgentActionOutcome = dbEnum(
  'AgentActionOutcome',
  values.AgentActionOutcome,
  'What became of something that an agent tried.',
  { ALLOWED: 'It could.', DENIED: 'It was refused.' },
);
