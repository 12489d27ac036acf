import { open } from 'node:fs/promises';

const TAIL_LENGTH = 4_000;

/** For `.catch()`: returns undefined when a file or one of its parent directories does not exist. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

/** Returns the end of a text file, not before the byte `start`. Empty when the file does not exist. */
export async function tail(path: string, start = 0): Promise<string> {
  const file = await open(path).catch(ignoreMissing);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const position = Math.max(start, size - TAIL_LENGTH);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(TAIL_LENGTH), position });
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
