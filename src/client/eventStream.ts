/** Parses text/event-stream incrementally. */

/** The fields between two empty lines. An absent field is undefined. */
export type Block = { event?: string; id?: string; data?: string };

/** @param read returns the next bytes, and undefined at the end. A block that the end cuts off is dropped. */
export async function* readBlocks(
  read: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<Block, void, undefined> {
  let block: Block = {};
  for await (const line of readLines(read)) {
    if (line === '') {
      if (Object.keys(block).length > 0) yield block;
      block = {};
      continue;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event' || name === 'id') block[name] = value;
    else if (name === 'data') block.data = block.data === undefined ? value : `${block.data}\n${value}`;
    // A line that starts with a colon is a comment. Servers send it to keep proxies from closing the connection.
  }
}

async function* readLines(
  read: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let bytes = await read(); bytes; bytes = await read()) {
    // A carriage return at the end of a chunk may be the first half of \r\n.
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
