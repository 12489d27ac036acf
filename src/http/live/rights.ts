/** Whether an open connection still has the rights that it was opened with. */
import type { Roles } from '../../auth/rights.ts';
import type { LiveConnection } from './connection.ts';

/** Why the connection must end, if it must. @param roles undefined when its token is no longer good. */
export function rightsVerdict(
  { subscriptions }: LiveConnection,
  roles: Roles | undefined,
): 'FORBIDDEN' | 'RIGHTS_CHANGED' | undefined {
  if (!roles) return 'FORBIDDEN';
  const verdicts = [...subscriptions()].map(({ organizationId, role }) => {
    if (organizationId === undefined) return undefined;
    const current = roles.get(organizationId);
    if (current === undefined) return 'FORBIDDEN';
    return current === role ? undefined : 'RIGHTS_CHANGED';
  });
  return verdicts.find((verdict) => verdict === 'FORBIDDEN') ?? verdicts.find(Boolean);
}
