import { Session } from '../../schema/session/session.ts';

/** The payload field of a claim, alone or at a spawn. */
export const takenOverFrom = {
  type: Session,
  description:
    'The session that held the pull request before, terminated or not. Empty for a first claim and for a repeated claim by the owner.',
};
