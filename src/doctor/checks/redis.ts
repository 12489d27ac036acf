import { roundTrip } from '../../feed/bus/redisRoundTrip.ts';
import { reason } from '../../migrations/error.ts';
import { type Check, ok, skipped, warning } from '../check.ts';

/** A message that is published through Redis arrives. */
export const redisCheck: Check = {
  name: 'redis',
  async examine({ config }) {
    if (!config.redisUrl)
      return skipped('REDIS_URL is not set: the processes share no bus, and one process needs none.');
    try {
      const { milliseconds, version } = await roundTrip(config.redisUrl);
      const figures = { milliseconds, version };
      return ok(`Redis ${version} carried a message in ${milliseconds.toFixed(1)} ms.`, figures);
    } catch (error) {
      // The feed reads the log instead, so nothing is lost.
      return warning(
        `Redis did not carry a message: ${reason(error)}. Events are delivered up to a second later.`,
        'Start Redis, or correct REDIS_URL. Its user needs the right to publish and to subscribe.',
      );
    }
  },
};
