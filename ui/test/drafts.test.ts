import { beforeEach, describe, expect, it } from 'vitest';
import { connectTo } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import type { Draft } from '@/api';
import { useDraft } from '@/phone/state/drafts';

let kept: Map<string, Draft>;
let full: boolean;

/** A core that keeps drafts and answers after a tick, like a real one. */
const core = {
  async call(name: string, args: unknown) {
    await Promise.resolve();
    const draft = args as Draft;
    if (name === 'draft_load') return kept.get(draft.form) ?? null;
    if (name === 'draft_drop') return (kept.delete(draft.form), null);
    if (full) throw new CallFailure('disk_full');
    kept.set(draft.form, structuredClone(draft));
    return null;
  },
  photoUrl: () => '',
} as unknown as Carrier;

beforeEach(() => {
  kept = new Map();
  full = false;
  connectTo(core);
});

describe('a form', () => {
  it('is_kept_field_by_field_as_it_is_typed', async () => {
    const draft = useDraft('person:1');
    draft.set('name', '孔');
    draft.set('name', '孔令');
    draft.set('phone', 'declined');
    await draft.settled();
    expect(kept.get('person:1')?.fields).toEqual({ name: '孔令', phone: 'declined' });
    expect(draft.state.value).toBe('saved');
  });

  it('comes_back_after_the_camera_killed_the_app', async () => {
    const before = useDraft('incident:new');
    before.set('text', '四辆电动车');
    await before.settled();
    const after = useDraft('incident:new');
    await after.load();
    expect(after.fields.text).toBe('四辆电动车');
    expect(after.cameBack.value).not.toBeNull();
  });

  it('keeps_what_was_typed_while_the_draft_travelled', async () => {
    kept.set('person:1', { form: 'person:1', fields: { name: '旧', note: '旧' }, saved_ms: 5 });
    const draft = useDraft('person:1');
    const loading = draft.load();
    draft.set('name', '新');
    await loading;
    await draft.settled();
    expect(draft.fields).toEqual({ name: '新', note: '旧' });
  });

  it('says_so_when_it_could_not_be_kept_and_keeps_the_page', async () => {
    full = true;
    const draft = useDraft('person:1');
    draft.set('name', '孔');
    await draft.settled();
    expect(draft.state.value).toBe('failed');
    expect(draft.fields.name).toBe('孔');
  });

  it('is_gone_after_saving_even_when_a_write_was_on_its_way', async () => {
    const draft = useDraft('person:1');
    draft.set('name', '孔');
    await draft.drop();
    await draft.settled();
    expect(kept.has('person:1')).toBe(false);
    expect(draft.fields).toEqual({});
  });

  it('comes_back_with_its_words_when_what_was_saved_is_undone', async () => {
    const draft = useDraft('person:1');
    draft.set('name', '孔');
    const back = await draft.drop();
    expect(kept.has('person:1')).toBe(false);
    draft.set('note', '耳背');
    back();
    await draft.settled();
    expect(kept.get('person:1')?.fields).toEqual({ name: '孔', note: '耳背' });
  });

  it('is_named_when_its_page_knows_the_name', async () => {
    kept.set('refused:r1:41:7', { form: 'refused:r1:41:7', fields: { note: '拐杖' }, saved_ms: 5 });
    let record = '';
    const draft = useDraft(() => `refused:${record}:41:7`);
    record = 'r1';
    await draft.load();
    expect(draft.fields).toEqual({ note: '拐杖' });
  });

  it('does_not_mix_with_another_form', async () => {
    const one = useDraft('person:1');
    one.set('name', '孔');
    await one.settled();
    const two = useDraft('person:2');
    await two.load();
    expect(two.fields).toEqual({});
  });
});
