import { statfs } from 'node:fs/promises';
import { type Check, failure, ok, skipped, warning } from '../check.ts';

const GIGABYTE = 1024 ** 3;
/** PostgreSQL stops when it cannot write its log. It keeps up to a gigabyte of the log. */
const LEAST_BYTES = GIGABYTE;
const FEW_BYTES = 5 * GIGABYTE;

/** The disk of the embedded database has room. */
export const diskCheck: Check = {
  name: 'disk',
  async examine({ config }) {
    if (config.databaseUrl) return skipped("DATABASE_URL is set: watch that server's disk where it runs.");
    const { bavail, bsize, blocks } = await statfs(config.dataDir);
    const freeBytes = bavail * bsize;
    const figures = { freeBytes, bytes: blocks * bsize, directory: config.dataDir };
    const state = `${(freeBytes / GIGABYTE).toFixed(1)} GB are free for ${config.dataDir}.`;
    if (freeBytes < LEAST_BYTES) return failure(state, REMEDY, figures);
    if (freeBytes < FEW_BYTES) return warning(state, REMEDY, figures);
    return ok(state, figures);
  },
};

const REMEDY = 'Make room on that disk, or set MUSTER_DATA_DIR to a directory on another one.';
