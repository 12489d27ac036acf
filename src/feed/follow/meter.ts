/** Counts what readers of the feed do. Its methods are called often: they must be quick and must not throw. */
export type ReadingMeter = {
  /** Changes that the bus did not deliver were found by reading the log. */
  repaired(): void;
  /** A change was delivered to a stream's reader. */
  delivered(): void;
};
