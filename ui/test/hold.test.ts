import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import { useDraft } from '@/phone/state/drafts';
import { hold, notice, runHeld, saved, say, undoLast } from '@/phone/state/notice';

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

describe('a deletion that is held back', () => {
  it('happens_when_the_bar_goes_and_not_before', async () => {
    const act = vi.fn(async () => undefined);
    hold('gone', act, () => undefined);
    await vi.advanceTimersByTimeAsync(5000);
    expect(act).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
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
