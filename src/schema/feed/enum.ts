import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const ActorKind = dbEnum('ActorKind', values.ActorKind, 'Who made a change.', {
  USER: 'A person, through the API.',
  AGENT: 'An agent, through the API.',
  SYSTEM: 'Muster itself, in a job.',
  DATABASE: 'Another program, at the database.',
});
