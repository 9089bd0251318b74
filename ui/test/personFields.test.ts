import { flushPromises } from '@vue/test-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectTo } from '@/api';
import type { Carrier } from '@/api/carrier';
import { useIdCheck } from '@/phone/personFields';
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
