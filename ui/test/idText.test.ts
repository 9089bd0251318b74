import { describe, expect, it } from 'vitest';
import { spaceId, typeId } from '@/phone/parts/idText';

describe('the keyboard for citizen ids', () => {
  it('takes_x_in_the_eighteenth_place_only', () => {
    expect(typeId('9901011942031220', 'X')).toBe('9901011942031220');
    expect(typeId('99010119420312204', 'X')).toBe('99010119420312204X');
  });

  it('stops_at_eighteen_and_erases_one', () => {
    const whole = '99010119420312204X';
    expect(typeId(whole, '1')).toBe(whole);
    expect(typeId(whole, 'erase')).toBe('99010119420312204');
    expect(typeId('', 'erase')).toBe('');
  });

  it('takes_nothing_but_digits_and_x', () => {
    expect(typeId('99', 'a')).toBe('99');
  });

  it('is_spaced_by_area_birth_and_rest_and_leaves_masks_alone', () => {
    expect(spaceId('99010119420312204X')).toBe('990101 19420312 204X');
    expect(spaceId('990101********204X')).toBe('990101********204X');
  });
});
