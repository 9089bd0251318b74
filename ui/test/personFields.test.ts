import { flushPromises } from '@vue/test-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectTo } from '@/api';
import type { PersonLine } from '@/api';
import type { Carrier } from '@/api/carrier';
import { afterDeclining, afterTyping, changesOf, FIELDS, mayClear, useIdCheck } from '@/phone/personFields';
import { useDraft } from '@/phone/state/drafts';

const WHOLE = '99010119420312204X';
beforeEach(() =>
  connectTo({
    call: async (name: string, args: { text?: string }) => {
      if (name !== 'check_citizen_id') return null;
      return args.text === WHOLE
        ? { state: 'ok', lengthened: WHOLE, birth: '1942-03-12', sex: '2', notes: [] }
        : { state: 'incomplete', lengthened: null, birth: null, sex: null, notes: [] };
    },
    photoUrl: () => '',
  } as unknown as Carrier),
);

describe('a whole citizen id', () => {
  it('fills_birth_and_sex', async () => {
    const draft = useDraft('person:new:h1');
    useIdCheck(draft).check(WHOLE);
    await flushPromises();
    expect(draft.fields).toMatchObject({ birth: '1942-03-12', sex: '2' });
  });

  it('never_writes_over_a_birth_date_typed_by_hand_and_says_that_they_differ', async () => {
    const draft = useDraft('person:new:h1');
    draft.set('birth', '1943-03-12');
    const id = useIdCheck(draft);
    id.check(WHOLE);
    await flushPromises();
    expect(draft.fields.birth).toBe('1943-03-12');
    expect(id.differs('birth')).toBe('1942-03-12');
    expect(id.differs('sex')).toBe('');
  });

  it('asks_nothing_when_declined', async () => {
    const draft = useDraft('person:new:h1');
    const id = useIdCheck(draft);
    id.check('declined');
    await flushPromises();
    expect(id.checked.value).toBeNull();
  });
});

const KNOWN: PersonLine = {
  ...{ id: 'p1', name: '孔**', relation: '0', sex: '2', age: 84, residence: 'registered', review: 0 },
  ...{ citizen_id: 'declined', phone: '142****0146', other_phones: [], folded: [], checking: false },
  standing: 'at_county',
};
const field = (name: string) => FIELDS.find((one) => one.name === name)!;

describe('what was once refused', () => {
  it('is_taken_back_typed_and_rubbed_out_without_becoming_a_refusal_again', () => {
    const unticked = afterDeclining(true, 'declined');
    expect(unticked).toBe('');
    expect(changesOf({ citizen_id: unticked! }, KNOWN)).toEqual({ citizen_id: '' });
    const typed = afterTyping(WHOLE, 'declined');
    expect(changesOf({ citizen_id: typed! }, KNOWN)).toEqual({ citizen_id: WHOLE });
    expect(afterTyping('', 'declined')).toBe('');
  });

  it('ticked_again_is_what_the_record_says', () => {
    expect(afterDeclining(false, 'declined')).toBeUndefined();
    expect(changesOf({ citizen_id: 'declined' }, KNOWN)).toEqual({});
  });

  it('is_said_and_taken_back_where_the_record_had_a_value', () => {
    expect(afterDeclining(false, '142****0146')).toBe('declined');
    expect(changesOf({ phone: 'declined' }, KNOWN)).toEqual({ phone: 'declined' });
    expect(afterDeclining(true, '142****0146')).toBeUndefined();
  });
});

describe('what is on record', () => {
  it('is_not_emptied_by_rubbing_out_what_was_typed', () => {
    expect(afterTyping('', '142****0146')).toBeUndefined();
    expect(changesOf({ phone: '   ', note: ' ' }, KNOWN)).toEqual({});
  });

  it('is_emptied_on_purpose', () => {
    expect(changesOf({ phone: '', note: '', birth: '' }, KNOWN)).toEqual({ phone: '', note: '', birth: '' });
  });

  it('keeps_its_name_and_its_choices', () => {
    for (const name of ['name', 'sex', 'relation', 'residence']) {
      expect(mayClear(KNOWN, field(name))).toBe(false);
      expect(changesOf({ [name]: '' }, KNOWN)).toEqual({});
    }
  });

  it('of_somebody_new_is_nothing_to_empty', () => {
    expect(changesOf({ name: '谢玉兰', phone: '', made_home: 'h1' }, null)).toEqual({ name: '谢玉兰' });
    expect(mayClear(null, field('note'))).toBe(false);
  });
});
