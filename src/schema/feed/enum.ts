import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const ActorKind = dbEnum('ActorKind', values.ActorKind, 'The kind of actor that made a change.', {
  USER: 'A person, through the API.',
  AGENT: 'An agent, through the API.',
  SYSTEM: 'Muster itself, in a background job.',
  DATABASE: 'Another program, directly at the database.',
});
