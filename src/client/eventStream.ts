/** The format text/event-stream, as bytes come in. */

/** What stands between two empty lines; a field that is absent is undefined. */
export type Block = { event?: string; id?: string; data?: string };

/** `read` answers the next bytes, and undefined at the end. A block that the end cuts off is not told. */
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
    // A line that starts with a colon has no name: a comment, sent to keep proxies awake.
  }
}

async function* readLines(
  read: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let bytes = await read(); bytes; bytes = await read()) {
    // A carriage return at the very end may be the first half of a line break.
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
