import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo, type AppState } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import { useDraft } from '@/phone/state/drafts';
import { take } from '@/phone/state/app';
import { barTime, dismiss, hold, leaveBar, notice, runHeld, saved, say, undoLast } from '@/phone/state/notice';

let calls: string[];
beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  connectTo({
    call: async (name: string) => (calls.push(name), null),
    photoUrl: () => '',
  } as unknown as Carrier);
});
afterEach(async () => {
  await runHeld();
  notice.bar = null;
  vi.useRealTimers();
});

describe('what is saved and undone', () => {
  it('is_put_back_onto_its_page_only_after_the_core_undid_it', async () => {
    const back = vi.fn();
    saved('saved', { id: 'v1', undo: 'u1' }, back);
    await undoLast();
    expect(calls).toContain('undo');
    expect(back).toHaveBeenCalledTimes(1);

    connectTo({ call: () => Promise.reject(new CallFailure('undo_gone')), photoUrl: () => '' } as unknown as Carrier);
    saved('saved', { id: 'v1', undo: 'u2' }, back);
    await undoLast();
    expect(back).toHaveBeenCalledTimes(1);
  });
});

describe('the bar', () => {
  const sight = (state: 'hidden' | 'visible') => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const wearBig = (big_type: boolean) => {
    const settings = { language: 'zh-CN', big_type, text_size: 0, theme: 'light', photos_on_mobile_data: false };
    return take({ phase: 'ready', settings } as unknown as AppState);
  };
  /** Whether an undo bar is still there so many seconds on. */
  async function after(seconds: number): Promise<boolean> {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    return notice.bar !== null;
  }

  it('stands_for_more_than_ten_seconds_and_twice_as_long_in_big_type', async () => {
    saved('saved', { id: 'v1', undo: 'u1' });
    expect([await after(11), await after(2)]).toEqual([true, false]);
    await wearBig(true);
    saved('saved', { id: 'v1', undo: 'u1' });
    expect([await after(21), await after(4)]).toEqual([true, false]);
    await wearBig(false);
  });

  it('does_not_run_down_under_a_finger_and_leaves_time_once_it_is_lifted', async () => {
    saved('saved', { id: 'v1', undo: 'u1' });
    expect(await after(11)).toBe(true);
    barTime.hold('pointer');
    barTime.hold('focus');
    expect(await after(60)).toBe(true);
    barTime.release('pointer');
    expect(await after(60)).toBe(true);
    barTime.release('focus');
    expect([await after(3), await after(2)]).toEqual([true, false]);
  });

  it('does_not_run_down_out_of_sight_and_deletes_nothing_there', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    sight('hidden');
    expect(await after(600)).toBe(true);
    expect(act).not.toHaveBeenCalled();
    sight('visible');
    expect(await after(13)).toBe(false);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('put_away_by_hand_does_at_once_what_was_held_back', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    dismiss();
    expect(notice.bar).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('of_a_phone_that_is_locked_goes_and_nothing_is_deleted', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    leaveBar();
    expect(await after(60)).toBe(false);
    expect(act).not.toHaveBeenCalled();
  });
});

describe('a deletion that is held back', () => {
  it('happens_when_the_bar_goes_and_not_before', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(act).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2500);
    expect(act).toHaveBeenCalledTimes(1);
    expect(notice.bar).toBeNull();
  });

  it('never_happens_when_it_was_undone', async () => {
    const [act, back] = [vi.fn(async () => undefined), vi.fn()];
    hold('gone', act, back);
    await undoLast();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(act).not.toHaveBeenCalled();
    expect(back).toHaveBeenCalledTimes(1);
  });

  it('happens_at_once_when_another_bar_takes_its_place', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    say('something else');
    await vi.advanceTimersByTimeAsync(0);
    expect(act).toHaveBeenCalledTimes(1);
    expect(notice.bar?.text).toBe('something else');
  });

  it('is_not_hurried_by_a_page_that_reads_another_draft', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    await useDraft('visit:h1').load();
    expect(act).not.toHaveBeenCalled();
  });

  it('of_a_draft_happens_before_the_same_form_is_read_again', async () => {
    const draft = useDraft('person:1');
    draft.set('name', 'a');
    await draft.settled();
    const taken = draft.takeOut();
    hold('cleared', taken.gone, taken.back);
    calls = [];
    await useDraft('person:1').load();
    expect(calls).toEqual(['draft_drop', 'draft_load']);
  });

  it('of_a_draft_comes_back_whole_or_is_gone_before_what_is_typed_next', async () => {
    const draft = useDraft('person:1');
    draft.set('name', 'a');
    await draft.settled();
    const first = draft.takeOut();
    expect({ ...draft.fields }).toEqual({});
    first.back();
    expect({ ...draft.fields }).toEqual({ name: 'a' });

    const second = draft.takeOut();
    hold('cleared', second.gone, second.back);
    calls = [];
    draft.set('note', 'b');
    await draft.settled();
    expect(calls).toEqual(['draft_drop', 'draft_save']);
    expect({ ...draft.fields }).toEqual({ note: 'b' });
  });
});
