import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo, type PersonLine } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import PersonRow from '@/phone/parts/PersonRow.vue';
import ReasonSheet from '@/phone/parts/ReasonSheet.vue';
import { notice } from '@/phone/state/notice';
import { i18n } from '@/words/language';

const LINE: PersonLine = {
  id: 'p1',
  name: '孔**',
  relation: '0',
  sex: '2',
  age: 84,
  citizen_id: '990101********1000',
  phone: '143****0000',
  other_phones: [],
  folded: [],
  checking: false,
  residence: 'registered',
  review: 0,
  standing: 'at_county',
};
const FULL = {
  name: '孔令芳',
  citizen_id: '990101194201101000',
  birth: '1942-01-10',
  sex: '2',
  phone: '14300010000',
  relation: '0',
  residence: 'registered',
  note: '',
};
let asked: unknown[];

function page(call: (name: string, args: unknown) => unknown) {
  connectTo({
    call: async (name: string, args: unknown) => call(name, args),
    photoUrl: () => '',
  } as unknown as Carrier);
  return mount(PersonRow, { props: { person: LINE }, global: { plugins: [i18n], stubs: { RouterLink: true } } });
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});
afterEach(() => vi.useRealTimers());

const opens = (name: string, args: unknown) => {
  asked.push([name, args]);
  return { id: 'p1', fields: FULL, until_ms: Date.now() + 30_000, left_this_hour: 20 };
};

describe('a masked person', () => {
  it('shows_nothing_in_full_before_a_reason_was_given', () => {
    expect(page(opens).text()).not.toContain('孔令芳');
  });

  it('opens_with_a_reason_and_masks_itself_after_thirty_seconds', async () => {
    const row = page(opens);
    row.getComponent(ReasonSheet).vm.$emit('reason', 'check_at_door');
    await flushPromises();
    expect(asked).toEqual([['open_person', { id: 'p1', reason: 'check_at_door' }]]);
    expect(row.text()).toContain('孔令芳');
    expect(row.text()).toContain('990101 19420110 1000');
    await vi.advanceTimersByTimeAsync(29_000);
    expect(row.text()).toContain('孔令芳');
    await vi.advanceTimersByTimeAsync(1_500);
    expect(row.text()).not.toContain('孔令芳');
  });

  it('masks_when_the_app_is_put_away', async () => {
    const row = page(opens);
    row.getComponent(ReasonSheet).vm.$emit('reason', 'call');
    await flushPromises();
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    await flushPromises();
    expect(row.text()).not.toContain('孔令芳');
  });

  it('never_shows_longer_than_thirty_seconds_whatever_the_answer_says', async () => {
    const row = page((name, args) => ({ ...(opens(name, args) as object), until_ms: Date.now() + 3_600_000 }));
    row.getComponent(ReasonSheet).vm.$emit('reason', 'call');
    await flushPromises();
    await vi.advanceTimersByTimeAsync(30_500);
    expect(row.text()).not.toContain('孔令芳');
  });

  it('tells_when_the_hour_s_views_are_used_up', async () => {
    const row = page(() => {
      throw new CallFailure('reveal_limit');
    });
    row.getComponent(ReasonSheet).vm.$emit('reason', 'call');
    await flushPromises();
    expect(notice.failure?.code).toBe('reveal_limit');
    expect(row.text()).not.toContain('孔令芳');
  });
});
