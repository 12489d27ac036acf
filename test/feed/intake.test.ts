/** Intake and ring keep a channel without gaps, whatever the order and loss of batches. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/feed/bus/batch.ts';
import { type Channel, createChannel } from '../../src/feed/follow/channel.ts';
import { createIntake } from '../../src/feed/follow/intake.ts';
import { createRing } from '../../src/feed/follow/ring.ts';
import type { Change } from '../../src/feed/log/change.ts';
import { until } from '../support/feed.ts';

const EPOCH = '0000000000000000';

const changeAt = (position: number): Change => ({
  position,
  cursor: String(position),
  organizationId: 'o',
  type: 'X',
  entityType: 'Session',
  entityId: 'e',
  subjects: [],
  payload: {},
  actor: { kind: 'SYSTEM', id: null, name: '' },
  requestId: null,
  tokenId: null,
  occurredAt: new Date(0),
});

/** Positions of one organization's changes, with gaps for other organizations, cut into batches. */
const history = fc
  .array(fc.record({ skipped: fc.nat({ max: 5 }), isCut: fc.boolean() }), { minLength: 1, maxLength: 60 })
  .map((steps) => {
    let position = 0;
    let previous = 0;
    const batches: number[][] = [];
    const previouses: number[] = [];
    for (const { skipped, isCut } of steps) {
      position += 1 + skipped;
      if (isCut || batches.length === 0) {
        batches.push([]);
        previouses.push(previous);
      }
      batches.at(-1)?.push(position);
      previous = position;
    }
    return batches.map((positions, index) => ({ positions, previous: previouses[index] ?? 0 }));
  });

/** Which batches arrive, in which order, and which arrive without their changes. */
const arrivals = fc.array(fc.record({ pick: fc.nat(), isBare: fc.boolean() }), { maxLength: 100 });

function contents(channel: Channel, from: number): number[] {
  const positions: number[] = [];
  for (let change = channel.next(from); change; change = channel.next(change.position)) {
    positions.push(change.position);
  }
  return positions;
}

describe('an intake', () => {
  it('has every change up to `checked` at every moment, whatever arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        arrivals,
        fc.integer({ min: 1, max: 10 }),
        async (batches, arriving, pageLimit) => {
          const all = batches.flatMap(({ positions }) => positions);
          const head = all.at(-1) ?? 0;
          const limits = () => ({ changes: 1_000, bytes: 1_000_000 });
          const channel = createChannel('o', { position: 0, epoch: EPOCH }, limits);
          const intake = createIntake({
            channel,
            gapMs: 0,
            onFailure: (error) => expect.unreachable(String(error)),
            async read(after, upTo) {
              await new Promise(setImmediate);
              const within = all.filter((position) => position > after && position <= upTo);
              const changes = within.slice(0, pageLimit).map(changeAt);
              const end = within.length > pageLimit ? (changes.at(-1)?.position ?? 0) : Math.min(upTo, head);
              return { changes, bytes: changes.length, upTo: end, head: { position: head, epoch: EPOCH } };
            },
          });
          const isComplete = () => {
            const expected = all.filter((position) => position <= channel.checked());
            expect(contents(channel, 0)).toEqual(expected);
          };
          channel.onMove(isComplete);

          for (const { pick, isBare } of arriving) {
            const { positions, previous } = batches[pick % batches.length] ?? { positions: [], previous: 0 };
            const batch: Batch = {
              epoch: EPOCH,
              organizationId: 'o',
              previous,
              first: positions[0] ?? 0,
              last: positions.at(-1) ?? 0,
              changes: isBare ? undefined : positions.map(changeAt),
              bytes: positions.length,
            };
            intake.receive(batch);
            if (pick % 3 === 0) await new Promise(setImmediate);
          }
          // Every batch that arrived is applied in the end, without the watchdog.
          const last = Math.max(
            0,
            ...arriving.map(({ pick }) => batches[pick % batches.length]?.positions.at(-1) ?? 0),
          );
          await until(() => channel.checked() >= last && !intake.isReading());
          isComplete();
          intake.close();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives up on a batch that names a position beyond the log', async () => {
    const channel = createChannel('o', { position: 0, epoch: EPOCH }, () => ({ changes: 10, bytes: 10 }));
    let reads = 0;
    const intake = createIntake({
      channel,
      onFailure: () => {},
      async read(after) {
        reads += 1;
        return { changes: [], bytes: 0, upTo: Math.max(after, 5), head: { position: 5, epoch: EPOCH } };
      },
    });
    intake.receive({ epoch: EPOCH, organizationId: 'o', previous: 0, first: 1, last: 1_000, bytes: 0 });
    await until(() => !intake.isReading());
    expect(channel.checked()).toBe(5);
    expect(reads).toBe(2);
  });
});

describe('a ring', () => {
  it('keeps the newest changes within its limits, and knows where they start', () => {
    const chunks = fc.array(
      fc.record({ length: fc.integer({ min: 1, max: 20 }), bytes: fc.nat({ max: 100 }) }),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(chunks, fc.nat({ max: 30 }), fc.nat({ max: 300 }), (appended, maxChanges, maxBytes) => {
        let narrow = 1;
        const ring = createRing(0, () => ({ changes: maxChanges * narrow, bytes: maxBytes }));
        let position = 0;
        for (const { length, bytes } of appended) {
          ring.append(
            Array.from({ length }, () => {
              position += 1;
              return changeAt(position);
            }),
            bytes,
          );
          const kept: number[] = [];
          for (let next = ring.next(ring.from()); next; next = ring.next(next.position))
            kept.push(next.position);
          expect(kept).toEqual(Array.from({ length: position - ring.from() }, (_, i) => ring.from() + 1 + i));
          expect(kept.length).toBeLessThanOrEqual(maxChanges);
        }
        narrow = 0.5;
        ring.trim();
        const left = [];
        for (let next = ring.next(ring.from()); next; next = ring.next(next.position))
          left.push(next.position);
        expect(left.length).toBeLessThanOrEqual(maxChanges / 2);
        expect(left).toEqual(left.map((_, index) => ring.from() + 1 + index));
        if (left.length > 0) expect(left.at(-1)).toBe(position);
        ring.restart(position + 5);
        expect(ring.next(position + 5)).toBeUndefined();
        expect(ring.from()).toBe(position + 5);
      }),
    );
  });
});
