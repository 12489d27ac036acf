import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';

/**
 * Keeps an abandoned execution from ending the process. When an entry of a list fails at once, the executor returns the
 * error and leaves the promises of earlier entries behind. Their rejections, which nothing handles, say nothing new.
 * Every other unhandled rejection still ends the process.
 */
export function surviveAbandonedExecutions(log: Logger): void {
  process.on('unhandledRejection', (reason) => {
    if (!(reason instanceof GraphQLError)) throw reason;
    log.debug({ err: reason }, 'an execution went on after its result was sent');
  });
}
