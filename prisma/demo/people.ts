/** The people of the demo: its owner, who gets the printed token, and three members. */

import type { Tx } from '../../src/database/db.ts';
import { createUser } from '../../src/services/organization/user.ts';
import type { MembershipRole } from '../client/enums.ts';

export const OWNER = { email: 'owner@demo.example', name: 'Demo Owner' };

const MEMBERS = {
  mira: { email: 'mira@demo.example', name: 'Mira Lind', role: 'ADMIN' },
  tomas: { email: 'tomas@demo.example', name: 'Tomas Okafor', role: 'MEMBER' },
  ines: { email: 'ines@demo.example', name: 'Ines Calder', role: 'MEMBER' },
} satisfies Record<string, { email: string; name: string; role: MembershipRole }>;

export type Person = 'owner' | keyof typeof MEMBERS;

/** Creates the members, and returns the ids of all people of the demo. */
export async function insertMembers(
  tx: Tx,
  organizationId: string,
  ownerId: string,
): Promise<Record<Person, string>> {
  const ids: Record<string, string> = { owner: ownerId };
  for (const [key, { role, ...person }] of Object.entries(MEMBERS)) {
    const { id: userId } = await createUser(tx, person);
    await tx.membership.create({ data: { organizationId, userId, role } });
    ids[key] = userId;
  }
  return ids as Record<Person, string>;
}
