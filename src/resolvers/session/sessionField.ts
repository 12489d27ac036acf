import type { PayloadFields } from '../../schema/kit/mutation.ts';
import { Session } from '../../schema/session/session.ts';

/** The session that an act was about, as payloads name it. */
export const sessionField = <Result extends { sessionId: string }>(
  t: PayloadFields<Result>,
  description: string,
) =>
  t.prismaField({
    type: Session,
    description,
    resolve: (query, { sessionId }, _args, { db }) =>
      db.prisma.session.findUniqueOrThrow({ ...query, where: { id: sessionId } }),
  });

/** The sessions that held a pull request until it was claimed. */
export const takenOverFromField = <Result extends { takenOverFrom: string[] }>(t: PayloadFields<Result>) =>
  t.prismaField({
    type: [Session],
    description:
      'The session that held the pull request until now, terminated or not; empty for a first claim and when its owner claims again.',
    resolve: (query, { takenOverFrom }, _args, { db }) =>
      db.prisma.session.findMany({ ...query, where: { id: { in: takenOverFrom } } }),
  });
