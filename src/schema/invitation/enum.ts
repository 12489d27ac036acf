import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const InvitationStatus = dbEnum(
  'InvitationStatus',
  values.InvitationStatus,
  'The status of an invitation. Every status but PENDING is final.',
  {
    PENDING: 'The invited person has not answered yet.',
    ACCEPTED: 'The person became a member.',
    DECLINED: 'The person declined.',
    WITHDRAWN: 'A member withdrew the invitation, or the member who sent it was removed or got a lower role.',
  },
);
