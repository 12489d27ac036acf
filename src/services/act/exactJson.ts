import { z } from 'zod';

/** Issues are listed up to this number: one input may have ten thousand. */
const MAX_ISSUES = 20;
/** Deeper values are refused for their depth. */
const MAX_DEPTH = 64;

/** JSON without rounded numbers. The server has Infinity in place of a number that a double cannot hold. */
export const exactJson = z.unknown().superRefine((value, { addIssue }) => {
  let issues = 0;
  for (const path of inexact(value)) {
    if (++issues > MAX_ISSUES) return;
    addIssue({
      code: 'custom',
      path,
      message: `must be a number that JSON holds exactly: a whole number from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}, or another one of at most 1.7e308`,
    });
  }
});

/** The path of each number that is not finite. */
function* inexact(value: unknown, path: string[] = []): Generator<string[]> {
  if (typeof value === 'number' && !Number.isFinite(value)) yield path;
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return;
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === 'number' || typeof each === 'object') yield* inexact(each, [...path, key]);
  }
}
