import { Session } from '../../schema/session/session.ts';

/** The payload field that `claimPR` and `spawnSession` share. */
export const takenOverFrom = {
  type: Session,
  description:
    'The session that held the pull request before, terminated or not. Empty for a first claim and for a repeated claim by the owner.',
};
