import { describe, expect, it, vi } from 'vitest';
import { BackStack } from '@/phone/state/back';

describe('the back button', () => {
  it('closes_the_topmost_only', () => {
    const stack = new BackStack();
    const sheet = vi.fn();
    const photo = vi.fn();
    stack.push(sheet);
    stack.push(photo);
    expect(stack.press()).toBe(true);
    expect(photo).toHaveBeenCalledOnce();
    expect(sheet).not.toHaveBeenCalled();
  });

  it('belongs_to_the_router_when_nothing_lies_on_top', () => {
    expect(new BackStack().press()).toBe(false);
  });

  it('forgets_what_was_closed_another_way', () => {
    const stack = new BackStack();
    const sheet = vi.fn();
    const release = stack.push(sheet);
    release();
    release();
    expect(stack.press()).toBe(false);
    expect(sheet).not.toHaveBeenCalled();
  });

  it('takes_away_the_newer_of_two_equal_closers', () => {
    const stack = new BackStack();
    const close = vi.fn();
    stack.push(close);
    stack.push(close)();
    expect(stack.depth).toBe(1);
  });
});
