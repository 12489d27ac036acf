import { type Check, ok, warning } from '../check.ts';

/** This machine's clock agrees with the database's. Tokens expire and agents fall silent by both. */
export const clockCheck: Check = {
  name: 'clock',
  needs: 'database',
  async examine({ pool }) {
    const before = Date.now();
    const { rows } = await pool.query<{ now: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
    );
    const after = Date.now();
    const there = rows[0]?.now ?? Number.NaN;
    // The database read its clock at some moment of the round trip.
    const apart = Math.round(Math.max(before - there, there - after, 0));
    if (apart <= MAX_APART_MS)
      return ok("This machine's clock agrees with the database's.", { apartMs: apart });
    return warning(
      `This machine's clock and the database's are ${(apart / 1000).toFixed(1)} seconds apart.`,
      'Let both machines set their clocks by NTP.',
      { apartMs: apart },
    );
  },
};

const MAX_APART_MS = 1_000;
