/** Global object ids, as the API and the feed's payloads write them: base64 of `Type:uuid`. */

const GLOBAL_ID = /^([A-Za-z]+):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** No row ever has this id. */
const NIL = '00000000-0000-0000-0000-000000000000';

export function globalId(type: string, uuid: string): string {
  return Buffer.from(`${type}:${uuid}`).toString('base64');
}

/** The type and UUID in a global id; undefined when `raw` is not one. */
export function parseGlobalId(raw: string): { type: string; uuid: string } | undefined {
  const [, type, uuid] = GLOBAL_ID.exec(Buffer.from(raw, 'base64').toString('utf8')) ?? [];
  return type && uuid ? { type, uuid } : undefined;
}

/**
 * The UUID in the global id of one `type`. Garbage, and an id of another type, become the nil UUID: the look-up that
 * follows finds nothing, exactly as for an id that never existed, so the two cannot be told apart.
 */
export function id(type: string, raw: string): string {
  const parsed = parseGlobalId(raw);
  return parsed?.type === type ? parsed.uuid : NIL;
}
