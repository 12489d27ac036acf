/** One subscription of a connection, and the position that its client has received. */
import type { Role, Viewer } from '../../auth/viewer.ts';
import type { ChangeStream } from '../../feed/follow/stream.ts';
import type { Change } from '../../feed/log/change.ts';

export type Subscription = {
  readonly id: string;
  /** The most fields that one event can have. */
  readonly cost: number;
  /** UUID; undefined until the stream is attached, as is the role. */
  readonly organizationId: string | undefined;
  /** The role under which it was opened. */
  readonly role: Role | undefined;
  attach(stream: ChangeStream, organizationId: string): void;
  /** A change is about to be delivered. */
  delivering(change: Change): void;
  /** That change was handed to the socket. */
  written(): void;
  /** Every matching change up to here was handed to the socket; undefined until the stream is attached. */
  progress(): { position: number; cursor: string } | undefined;
  /** The furthest position that the client was sent, with an event or a heartbeat. */
  lastSent(): number;
  /** A heartbeat sends the client a position. */
  sent(position: number): void;
  /** Whether it was live once and has fallen behind the changes that are kept in memory. */
  isBehind(): boolean;
  /** Whether it delivers changes as they happen. */
  isInStep(): boolean;
  /** Has the stream look for changes up to a position now. Fulfilled when it has passed it, or is over. */
  reach(position: number): Promise<unknown>;
  stop(): void;
};

export function createSubscription(id: string, viewer: Viewer, cost: number): Subscription {
  let stream: ChangeStream | undefined;
  let organizationId: string | undefined;
  let current: Change | undefined;
  let latest: Change | undefined;
  let lastSent = 0;
  let isLive = false;

  const isBehind = () => stream?.isBehind() ?? false;

  return {
    id,
    cost,
    get organizationId() {
      return organizationId;
    },
    get role() {
      return organizationId === undefined ? undefined : viewer.roles.get(organizationId);
    },
    attach(attached, organization) {
      stream = attached;
      organizationId = organization;
      lastSent = attached.position();
      void attached.live.then((isLiveNow) => {
        isLive = isLiveNow;
      });
    },
    delivering(change) {
      current = change;
    },
    written() {
      if (!current) return;
      latest = current;
      lastSent = Math.max(lastSent, current.position);
    },
    progress() {
      if (!stream) return undefined;
      const position = stream.position();
      // The stream counts a change only when its reader asks for the next one.
      if (latest && latest.position > position) return latest;
      return { position, cursor: stream.cursor() };
    },
    lastSent: () => lastSent,
    sent(position) {
      lastSent = Math.max(lastSent, position);
    },
    isBehind,
    isInStep: () => isLive && !isBehind(),
    reach: async (position) => await stream?.reach(position),
    stop() {
      void stream?.return();
    },
  };
}
