import { describe, expect, it } from 'vitest';
import { roomOnMap, widthOf } from '@/map/room';

describe('a name on a map', () => {
  it('gives_way_to_what_must_be_seen_and_to_names_before_it', () => {
    const room = roomOnMap();
    room.take({ x: 100, y: 100 }, 24, 24);
    expect(room.fits({ x: 110, y: 100 }, 40, 20)).toBe(false);
    expect(room.fits({ x: 140, y: 100 }, 40, 20)).toBe(true);
    expect(room.fits({ x: 150, y: 105 }, 40, 20)).toBe(false);
    expect(room.fits({ x: 100, y: 140 }, 40, 20)).toBe(true);
  });

  it('may_touch_its_neighbour', () => {
    const room = roomOnMap();
    expect(room.fits({ x: 0, y: 0 }, 40, 20)).toBe(true);
    expect(room.fits({ x: 40, y: 0 }, 40, 20)).toBe(true);
  });

  it('is_as_wide_as_its_letters', () => {
    expect(widthOf('2幢', 10)).toBeCloseTo(16.2);
  });
});
