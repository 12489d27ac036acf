/** Closes open sockets whose rights are gone. Asks the database, so that it works whatever the news travel by. */
import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/client/client.ts';
import type { MembershipRole } from '../../prisma/client/enums.ts';
import type { LiveSocket } from './liveSocket.ts';

const INTERVAL_MS = 500;
const SERVICE_RESTART = 1012;

export type SocketWatch = { stop(): Promise<void> };

export function watchSockets(
  prisma: PrismaClient,
  sockets: ReadonlySet<LiveSocket>,
  log: Logger,
): SocketWatch {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  function schedule(): void {
    timer = setTimeout(() => {
      round = look().then(() => {
        if (!isStopped) schedule();
      });
    }, INTERVAL_MS);
  }

  async function look(): Promise<void> {
    if (sockets.size === 0) return;
    try {
      const rights = await currentRights(prisma, [
        ...new Set([...sockets].map(({ viewer }) => viewer.tokenId)),
      ]);
      for (const socket of sockets) judge(socket, rights.get(socket.viewer.tokenId));
    } catch (error) {
      // Nobody loses a right because the database is away; the next look tells.
      log.warn({ err: error }, 'open sockets could not be checked');
    }
  }

  schedule();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

function judge(socket: LiveSocket, roles: Map<string, MembershipRole> | undefined): void {
  if (!roles) {
    socket.close(CloseCode.Forbidden, 'Forbidden');
    return;
  }
  for (const organizationId of socket.organizations()) {
    if (!roles.has(organizationId)) {
      socket.close(CloseCode.Forbidden, 'Forbidden');
      return;
    }
  }
  for (const [organizationId, role] of socket.viewer.roles) {
    const current = roles.get(organizationId);
    // Its subscriptions were opened under the old rights: let it come back with the new ones.
    if (current !== undefined && current !== role) {
      socket.close(SERVICE_RESTART, 'Rights changed');
      return;
    }
  }
}

/** The roles behind each token that is still good. A token of one organization needs a membership there. */
async function currentRights(
  prisma: PrismaClient,
  tokenIds: string[],
): Promise<Map<string, Map<string, MembershipRole>>> {
  const rows = await prisma.$queryRaw<
    { tokenId: string; organizationId: string | null; role: MembershipRole }[]
  >`
    SELECT t.id AS "tokenId", m.organization_id AS "organizationId", m.role
      FROM token t
      LEFT JOIN membership m
        ON m.user_id = t.user_id AND m.removed_at IS NULL
       AND (t.organization_id IS NULL OR m.organization_id = t.organization_id)
     WHERE t.id = ANY(${tokenIds}::uuid[])
       AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > now())
       AND (t.organization_id IS NULL OR m.id IS NOT NULL)`;
  const rights = new Map<string, Map<string, MembershipRole>>();
  for (const { tokenId, organizationId, role } of rows) {
    const roles = rights.get(tokenId) ?? new Map<string, MembershipRole>();
    if (organizationId) roles.set(organizationId, role);
    rights.set(tokenId, roles);
  }
  return rights;
}
