import type { MembershipRole } from '../../prisma/client/enums.ts';

/** A viewer's role in an organization: a person's comes from its membership, an agent's is AGENT. */
export type Role = MembershipRole | 'AGENT';

/** The person or agent that a request acts for. */
export type Viewer = {
  kind: 'USER' | 'AGENT';
  /** UUID of the user or agent. */
  id: string;
  tokenId: string;
  name: string;
  /** A person's e-mail address, in lower case; null for an agent. */
  email: string | null;
  /** The one organization that the token works in; null when it works in all of the person's. */
  organizationId: string | null;
  /** The viewer's role in each organization that the token works in. It sees no other organization. */
  roles: ReadonlyMap<string, Role>;
};
