// A PIN chosen twice on one pad: what is typed on after a refusal, and what is answered late.
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo } from '@/api';
import type { Carrier } from '@/api/carrier';
import NewPin from '@/phone/parts/NewPin.vue';
import { back } from '@/phone/state/back';
import { i18n } from '@/words/language';

let refuse: () => void;
let allow: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  window.scrollTo = () => undefined;
  connectTo({
    call: () =>
      new Promise((resolve, reject) => {
        allow = () => resolve(null);
        refuse = () => reject({ code: 'weak_pin', params: {}, retry: false });
      }),
    photoUrl: () => '',
  } as unknown as Carrier);
});
afterEach(() => void vi.useRealTimers());

function pad() {
  const page = mount(NewPin, { props: { failure: null }, global: { plugins: [i18n] } });
  const type = async (digits: string, between = 90) => {
    for (const digit of digits) {
      vi.advanceTimersByTime(between);
      window.dispatchEvent(new KeyboardEvent('keydown', { key: digit }));
      await flushPromises();
    }
  };
  const said = () => page.findAll('.above > div:not(.other)').map((one) => one.text());
  return { page, type, said, dots: () => page.findAll('.dots .on').length };
}

describe('a new PIN', () => {
  it('takes_no_digit_that_was_typed_on_after_a_refusal_until_there_is_a_pause', async () => {
    const { page, type, dots } = pad();
    await type('1234561');
    refuse();
    await flushPromises();
    await type('23456');
    expect(dots()).toBe(0);
    await type('2', 500);
    await type('58036');
    expect(dots()).toBe(0);
    allow();
    await type('258036');
    expect(page.emitted('chosen')).toEqual([['258036']]);
    page.unmount();
  });

  it('goes_back_to_the_first_time_and_hears_nothing_late_about_the_one_before', async () => {
    const { page, type, said, dots } = pad();
    await type('123456');
    const late = refuse;
    expect(back.press()).toBe(true);
    await flushPromises();
    await type('2', 500);
    await type('58036');
    late();
    await flushPromises();
    expect(said()[0]).toContain('再输一遍');
    await type('258036');
    expect(page.emitted('back')).toBeUndefined();
    // Back while the question is open: nothing differs.
    back.press();
    allow();
    await flushPromises();
    expect([said()[0]?.includes('不一样'), dots()]).toEqual([false, 0]);
    expect(page.emitted('chosen')).toBeUndefined();
    back.press();
    expect(page.emitted('back')).toHaveLength(1);
    page.unmount();
    expect(back.depth).toBe(0);
  });
});
