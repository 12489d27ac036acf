import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/feed/log/cursor.ts';

const hex = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const cursor = fc.record({ epoch: hex, position: fc.maxSafeNat() });

describe('a cursor', () => {
  it('decodes to the epoch and position that it was encoded from', () => {
    fc.assert(
      fc.property(cursor, (given) => {
        expect(decodeCursor(encodeCursor(given))).toEqual(given);
      }),
    );
  });

  it('has a fixed length and only URL-safe characters', () => {
    fc.assert(
      fc.property(cursor, (given) => {
        expect(encodeCursor(given)).toMatch(/^[\w-]{23}$/);
      }),
    );
  });

  it('differs for another epoch or position', () => {
    fc.assert(
      fc.property(cursor, cursor, (one, other) => {
        const isSame = one.epoch === other.epoch && one.position === other.position;
        expect(encodeCursor(one) === encodeCursor(other)).toBe(isSame);
      }),
    );
  });
});

describe('decodeCursor refuses', () => {
  it('arbitrary texts', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor(text)).toBeUndefined();
      }),
    );
  });

  it('every text that does not encode to itself again', () => {
    const almost = fc
      .tuple(cursor, fc.nat({ max: 22 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }))
      .map(([given, at, text]) => {
        const good = encodeCursor(given);
        return good.slice(0, at) + text + good.slice(at + 1);
      });
    fc.assert(
      fc.property(almost, (text) => {
        const decoded = decodeCursor(text);
        if (decoded) expect(encodeCursor(decoded)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['padded', (text: string) => `${text}=`],
    ['with white space around it', (text: string) => ` ${text}`],
    ['in the other base64 alphabet', (text: string) => text.replaceAll('_', '/').replaceAll('-', '+')],
    [
      'with other unused bits at its end',
      (text: string) => `${text.slice(0, -1)}${text.endsWith('B') ? 'C' : 'B'}`,
    ],
    ['too long', (text: string) => `${text}AAAA`],
    ['too short', (text: string) => text.slice(0, -4)],
    ['empty', () => ''],
    ['of another version', (text: string) => `A${text[1] === 'g' ? 'w' : 'g'}${text.slice(2)}`],
  ])('is a cursor %s', (_, spoil) => {
    const good = encodeCursor({ epoch: 'fffefdfcfbfaf9f8', position: 4_194_303 });
    expect(good).toMatch(/[_-]/);
    expect(decodeCursor(good)).toBeDefined();
    expect(decodeCursor(spoil(good))).toBeUndefined();
  });

  it('a position beyond the safe integers', () => {
    const bytes = Buffer.from(encodeCursor({ epoch: '0000000000000000', position: 0 }), 'base64url');
    bytes.writeBigUInt64BE(2n ** 53n, 9);
    expect(decodeCursor(bytes.toString('base64url'))).toBeUndefined();
  });
});
