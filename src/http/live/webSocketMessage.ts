import { type CompleteMessage, type Message, MessageType, parseMessage } from 'graphql-ws';

/** Clients use counters or UUIDs. The ids of all subscriptions stand in every heartbeat. */
const MAX_ID_CHARACTERS = 128;

const FROM_CLIENTS: readonly string[] = [
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
];

/** A message that a client may send, or why it may not send this one. */
export type Received = { message: Message; fault?: undefined } | { fault: string };

/** Checks a message before graphql-ws gets it, which throws on the messages of servers. */
export function readMessage(data: string): Received {
  try {
    const message = parseMessage(data);
    if (!FROM_CLIENTS.includes(message.type)) return { fault: 'Invalid message received' };
    const isTooLong = 'id' in message && message.id.length > MAX_ID_CHARACTERS;
    return isTooLong ? { fault: 'The operation id is too long' } : { message };
  } catch {
    return { fault: 'Invalid message received' };
  }
}

export function isComplete(message: Message): message is CompleteMessage {
  return message.type === MessageType.Complete;
}
