/** A child process of a benchmark, controlled by messages. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

export type Child<Order, Answer> = AsyncDisposable & {
  /** Its first message, when it was ready. */
  ready: Answer;
  /** Sends an order and waits for the answer. One at a time. */
  ask(order: Order): Promise<Answer>;
};

export async function startChild<Order, Answer>(
  file: URL,
  env: Record<string, string> = {},
): Promise<Child<Order, Answer>> {
  const child = fork(file, { env: { ...process.env, ...env } });
  const exit = once(child, 'exit');
  let answered = Promise.withResolvers<Answer>();
  child.on('message', (message) => answered.resolve(message as Answer));
  exit.then(([code]) => answered.reject(new Error(`${file.pathname} ended with ${code}`)));
  // The process may end while no answer is awaited.
  answered.promise.catch(() => {});
  const ready = await answered.promise;
  return {
    ready,
    async ask(order) {
      if (child.exitCode === null) answered = Promise.withResolvers();
      child.send(order as object);
      return await answered.promise;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}
