/** Streams of one organization that are in step may leave the delivery of their changes to a lead, which serves many. */
import type { Change } from '../log/change.ts';
import type { Channel } from './channel.ts';

export type Lead = {
  /** @returns undefined when the lead does not take the stream. */
  join(follower: Follower): Place | undefined;
};

/** A stream that has delivered every change that its channel has. */
export type Follower = {
  readonly channel: Channel;
  readonly position: number;
  matches(change: Change): boolean;
  /** Counts a change that the lead delivers. */
  delivered(): void;
  /** Makes the stream deliver the changes after the position itself. The place is given up. */
  resume(position: number): void;
};

/** A stream's place with its lead. */
export type Place = {
  /** Every matching change up to this position was delivered. It only grows. */
  position(): number;
  leave(): void;
};
