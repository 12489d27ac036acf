/** Hears what happens in the feed, to count it. Its methods are called often: they must be quick, and not throw. */
export type FeedMeter = SequencingMeter & ReadingMeter;

export type SequencingMeter = {
  /** Changes got their positions. @param lagMs see Sequenced. */
  sequenced(changes: number, lagMs: number): void;
};

export type ReadingMeter = {
  /** Changes that the bus had not brought were found by reading the log. */
  repaired(): void;
  /** A change was handed to a reader. */
  delivered(): void;
};

export const NO_METER: FeedMeter = { sequenced() {}, repaired() {}, delivered() {} };
