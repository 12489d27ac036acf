/**
 * How much a field weighs in the cost of an operation, where it is not a small value. docs/configuration.md has the rule.
 */
export type Weight = {
  /** The size of a long text or of free-form data at its largest, in KB. */
  kilobytes?: number;
  /** The length of a list without pages, as it is when it is long. */
  items?: number;
  /** By the name of an argument: the length of the list when the argument is given. */
  itemsWith?: Record<string, number>;
};

/** Options of a field. */
export const weighs = (weight: Weight) => ({ extensions: { weight } });
