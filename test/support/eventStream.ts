/** Server-Sent Events as they arrive, block by block. */
import type { FormattedExecutionResult } from 'graphql';

export type Block = {
  id?: string;
  event?: string;
  /** The parsed data; undefined for a block without data. */
  data?: FormattedExecutionResult<Record<string, never>>;
};

export type EventStream = {
  response: Response;
  /** The next block; undefined when the stream has ended. Comments are skipped. */
  next(): Promise<Block | undefined>;
  /** The next block with a result. Heartbeats are skipped. */
  result(): Promise<Block & { data: NonNullable<Block['data']> }>;
  /** All remaining blocks. */
  rest(): Promise<Block[]>;
  stop(): void;
};

export async function openEventStream(
  url: string,
  token: string | undefined,
  body: { query: string; variables?: object },
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const stopping = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
    signal: stopping.signal,
  });
  const blocks = readBlocks(response);
  const next = async () => (await blocks.next()).value ?? undefined;
  return {
    response,
    next,
    async result() {
      for (;;) {
        const block = await next();
        if (!block) throw new Error('The stream ended.');
        if (block.data) return { ...block, data: block.data };
      }
    },
    async rest() {
      const all: Block[] = [];
      for await (const block of blocks) all.push(block);
      return all;
    },
    stop: () => stopping.abort(),
  };
}

async function* readBlocks(response: Response): AsyncGenerator<Block, undefined> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = parseBlock(text.slice(0, end));
      text = text.slice(end + 2);
      if (block) yield block;
    }
  }
  return undefined;
}

function parseBlock(text: string): Block | undefined {
  const lines = text.split('\n').filter((line) => !line.startsWith(':'));
  if (lines.length === 0) return undefined;
  const fields = Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
      return [name, value];
    }),
  );
  return { id: fields.id, event: fields.event, data: fields.data ? JSON.parse(fields.data) : undefined };
}
