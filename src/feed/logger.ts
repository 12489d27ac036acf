import type { Logger } from 'pino';

export type FeedLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
