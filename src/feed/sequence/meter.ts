/** Counts what the sequencer does. */
export type SequencingMeter = {
  /** Called after each batch that is not empty; must be quick and must not throw. @param lagMs see MovedBatch. */
  sequenced(changes: number, lagMs: number): void;
};
