import { MessageType, parseMessage } from 'graphql-ws';

/** Clients use counters or UUIDs. The ids of all subscriptions stand in every heartbeat. */
const MAX_ID_CHARACTERS = 128;

const FROM_CLIENTS: readonly string[] = [
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
];

/** Why a client may not send this message. Checked here, because graphql-ws throws on the messages of servers. */
export function messageFault(data: string): string | undefined {
  try {
    const message = parseMessage(data);
    if (!FROM_CLIENTS.includes(message.type)) return 'Invalid message received';
    const isTooLong = 'id' in message && message.id.length > MAX_ID_CHARACTERS;
    return isTooLong ? 'The operation id is too long' : undefined;
  } catch {
    return 'Invalid message received';
  }
}
