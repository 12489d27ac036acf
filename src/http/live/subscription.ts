/** One subscription of a connection, and how far its client has been told that it is. */
import type { Role, Viewer } from '../../auth/viewer.ts';
import type { ChangeStream } from '../../feed/follow/stream.ts';
import type { Change } from '../../feed/log/change.ts';

export type Subscription = {
  readonly id: string;
  /** Where it listens, once it does, and with which role. */
  readonly organizationId: string | undefined;
  readonly role: Role | undefined;
  carry(stream: ChangeStream, organizationId: string): void;
  /** A change is about to be delivered. */
  deliver(change: Change): void;
  /** It has been given to the network. */
  written(): void;
  /** Everything up to here that passes has been given to the network; undefined while there is no stream. */
  reached(): { position: number; cursor: string } | undefined;
  /** The furthest position that the client was given, with an event or a heartbeat. */
  told(): number;
  /** A heartbeat tells it a position. */
  tell(position: number): void;
  isBehind(): boolean;
  /** Whether it hears what happens when it happens. */
  isInStep(): boolean;
  /** Sees to it that it comes as far as a position soon. Fulfilled when it has, or is over. */
  reach(position: number): Promise<unknown>;
  stop(): void;
};

export function openSubscription(id: string, viewer: Viewer): Subscription {
  let stream: ChangeStream | undefined;
  let organizationId: string | undefined;
  let delivering: Change | undefined;
  let latest: Change | undefined;
  let told = 0;
  let isLive = false;

  const isBehind = () => stream?.isBehind() ?? false;

  return {
    id,
    get organizationId() {
      return organizationId;
    },
    get role() {
      return organizationId === undefined ? undefined : viewer.roles.get(organizationId);
    },
    carry(carried, organization) {
      stream = carried;
      organizationId = organization;
      told = carried.position();
      void carried.live.then((is) => {
        isLive = is;
      });
    },
    deliver(change) {
      delivering = change;
    },
    written() {
      if (!delivering) return;
      latest = delivering;
      told = Math.max(told, delivering.position);
    },
    reached() {
      if (!stream) return undefined;
      const position = stream.position();
      // The stream counts a change only when its reader comes back for the next.
      if (latest && latest.position > position) return latest;
      return { position, cursor: stream.cursor() };
    },
    told: () => told,
    tell(position) {
      told = Math.max(told, position);
    },
    isBehind,
    isInStep: () => isLive && !isBehind(),
    reach: async (position) => await stream?.reach(position),
    stop() {
      void stream?.return();
    },
  };
}
