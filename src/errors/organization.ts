import { UserError } from './userError.ts';

export class AlreadyMemberError extends UserError {
  static override readonly code = 'ALREADY_MEMBER';
  readonly membershipId: string;

  constructor(membershipId: string) {
    super('This person already is a member of the organization.');
    this.membershipId = membershipId;
  }
}

export class AlreadyInvitedError extends UserError {
  static override readonly code = 'ALREADY_INVITED';
  readonly invitationId: string;

  constructor(invitationId: string) {
    super('This address is invited to the organization already. Withdraw the invitation to send another.');
    this.invitationId = invitationId;
  }
}

export class InvitationEndedError extends UserError {
  static override readonly code = 'INVITATION_ENDED';
  readonly status: 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'WITHDRAWN';

  constructor(status: InvitationEndedError['status']) {
    super(`The invitation is ${status.toLowerCase()}.`);
    this.status = status;
  }
}

/** An organization keeps an OWNER. */
export class LastOwnerError extends UserError {
  static override readonly code = 'LAST_OWNER';

  constructor() {
    super('An organization keeps at least one OWNER. Make another member an OWNER first.');
  }
}
