/** Results for several subscriptions of one connection: one write. */
import { Writable } from 'node:stream';
import { joinWrites } from '../../src/http/live/joinWrites.ts';
import { describe, expect, it } from '../support/test.ts';

/** Records the chunks of each write that reaches the network. */
function openSocket() {
  const writes: string[][] = [];
  const record = (chunks: { chunk: Buffer }[], done: () => void) => {
    writes.push(chunks.map(({ chunk }) => `${chunk}`));
    done();
  };
  const socket = new Writable({
    write: (chunk, _encoding, done) => record([{ chunk }], done),
    writev: record,
  });
  return { socket, writes };
}

function writeJoined(socket: Writable, text: string): void {
  joinWrites(socket);
  socket.write(text);
}

describe('what is written to a socket', () => {
  it('within one function is one write, and what is written later another', async () => {
    const { socket, writes } = openSocket();
    for (const text of ['a', 'b', 'c']) writeJoined(socket, text);
    expect(writes).toEqual([]);
    await Promise.resolve();
    expect(writes).toEqual([['a', 'b', 'c']]);
    for (const text of ['d', 'e']) writeJoined(socket, text);
    await Promise.resolve();
    expect(writes).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('is written at once when it is much', async () => {
    const { socket, writes } = openSocket();
    const much = 'a'.repeat(64 * 1024);
    for (const text of [much, 'b', 'c']) writeJoined(socket, text);
    expect(writes).toEqual([[much], ['b']]);
    await Promise.resolve();
    expect(writes.flat()).toEqual([much, 'b', 'c']);
  });
});
