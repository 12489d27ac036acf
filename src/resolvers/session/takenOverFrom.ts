import { Session } from '../../schema/session/session.ts';

/** The payload field of a claim, alone or at a spawn. */
export const takenOverFrom = {
  type: Session,
  description:
    'The session that held the pull request until now, terminated or not; empty for a first claim and when its owner claims again.',
};
