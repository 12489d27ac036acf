import type { MembershipRole } from '../../prisma/client/enums.ts';
import type { Config } from '../config.ts';
import { addMemberAtOnce } from '../services/organization/addMemberAtOnce.ts';
import { asOperator, organizationOf } from './operator.ts';

export async function addMemberCommand(
  config: Config,
  slug: string,
  { email, name, role }: { email: string; name?: string; role: MembershipRole },
): Promise<void> {
  await asOperator(config, async (tx, author) => {
    const { id: organizationId } = await organizationOf(tx, slug);
    await addMemberAtOnce(tx, author, { organizationId, email, name, role });
  });
  console.log(`${email} is a member of ${slug} now, with the role ${role}.`);
}
