import type { Context } from '../../context.ts';

/** The position of the feed before the operation began, for the fields whose selection makes the server read it. */
export function startPositionOf({ startPosition }: Pick<Context, 'startPosition'>): string {
  if (startPosition === undefined) throw new Error('The feed position was not read before the operation.');
  return startPosition;
}
