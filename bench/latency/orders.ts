export type WriteOrder = { way: 'muster' | 'pipe'; from: number; count: number; everyMs: number };
/** What was committed, and when that was known where it was written. */
export type Commits = [n: number, at: number][];
