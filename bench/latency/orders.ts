export type WriteOrder = { way: 'muster' | 'pipe'; from: number; count: number; everyMs: number };
/** A commit, and when its process learned of it. */
export type Commits = [n: number, at: number][];
