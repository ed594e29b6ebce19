import { describe, expect, test } from 'vitest';
import { ChunkRoom, NO_CHUNK } from '../../src/base/chunk-room.ts';

/** Lends a chain of chunks, and writes a number to the first place of each. */
function chain(room: ChunkRoom, numbers: readonly number[]): number {
  let last = NO_CHUNK;
  for (const number of numbers) {
    last = room.lend(last);
    room.pageOf(last)[room.placeOf(last)] = number;
  }
  return last;
}

/** What `chain` wrote, from the first chunk on. */
function readChain(room: ChunkRoom, last: number): number[] {
  const numbers: number[] = [];
  let chunk = last;
  do {
    chunk = room.following(chunk);
    numbers.push(room.pageOf(chunk)[room.placeOf(chunk)] as number);
  } while (chunk !== last);
  return numbers;
}

describe('room in chunks', () => {
  test('keeps chains apart that grow at the same time, over many pages', () => {
    const room = new ChunkRoom(4);
    let [one, other] = [NO_CHUNK, NO_CHUNK];
    for (let at = 0; at < 2_000; at++) {
      one = room.lend(one);
      room.pageOf(one)[room.placeOf(one)] = at;
      other = room.lend(other);
      room.pageOf(other)[room.placeOf(other)] = -at;
    }
    expect(readChain(room, one)).toEqual(Array.from({ length: 2_000 }, (_, at) => at));
    expect(readChain(room, other)).toEqual(Array.from({ length: 2_000 }, (_, at) => -at));
    expect(room).toMatchObject({ made: 4_000, lent: 4_000 });
  });

  test('lends what was given back before it makes more', () => {
    const room = new ChunkRoom(2);
    const kept = chain(room, [1, 2]);
    room.giveBack(chain(room, [3, 4, 5]), 3);
    expect(room).toMatchObject({ made: 5, lent: 2 });
    const next = chain(room, [6, 7, 8, 9]);
    expect(readChain(room, next)).toEqual([6, 7, 8, 9]);
    expect(readChain(room, kept)).toEqual([1, 2]);
    expect(room).toMatchObject({ made: 6, lent: 6 });
  });

  test('begins anew when it is emptied', () => {
    const room = new ChunkRoom(2);
    room.giveBack(chain(room, [1, 2, 3]), 3);
    room.empty();
    expect(room).toMatchObject({ made: 0, lent: 0 });
    expect(readChain(room, chain(room, [4, 5]))).toEqual([4, 5]);
  });
});
