/** `muster sequencer` as a process of its own. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { run } from './process.ts';

export type SequencerProcess = {
  /** Each resolves when the log first reports that the sequencer leads, or stands by. */
  leading: Promise<void>;
  standingBy: Promise<void>;
  /** Resolves to the URL of the health and metrics endpoints. */
  url: Promise<string>;
  pid: number;
  /** Sends a signal and returns the exit code and the log. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; messages: string[] }>;
};

export function startSequencerProcess(env: Record<string, string>, options: string[] = []): SequencerProcess {
  const child = run(['sequencer', ...options], { LOG_LEVEL: 'info', ...env });
  const leading = Promise.withResolvers<void>();
  const standingBy = Promise.withResolvers<void>();
  const watched = Promise.withResolvers<string>();
  const messages: string[] = [];
  if (!child.stdout) throw new Error('The process has no output to read.');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
    messages.push(msg);
    if (url) watched.resolve(url);
    if (msg === 'feed: sequencing') leading.resolve();
    if (msg.startsWith('feed: standing by')) standingBy.resolve();
  });
  child.stderr?.on('data', (chunk) => messages.push(String(chunk)));
  return {
    pid: child.pid ?? 0,
    leading: leading.promise,
    standingBy: standingBy.promise,
    url: watched.promise,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const closed = once(child, 'close');
        child.kill(signal);
        await closed;
      }
      return { code: child.exitCode, messages };
    },
  };
}
