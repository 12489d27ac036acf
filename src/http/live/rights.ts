import type { Roles } from '../../auth/rights.ts';
import type { LiveConnection } from './connection.ts';

/** Why the connection has to end, if it has to. @param roles undefined when its token is not good any more. */
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
