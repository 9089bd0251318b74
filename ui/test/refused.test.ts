import { describe, expect, it } from 'vitest';
import type { RefusedField, RefusedView } from '@/api';
import { amendedOf, formOf, mayResend, pageOf, titleOf, whyOf } from '@/phone/refused';
import { setLanguage } from '@/words/language';

const refused = (kind: string, reason: string, more: Partial<RefusedView> = {}): RefusedView => ({
  ...{
    op: '41:7',
    record: 'r1',
    fields: ['note'],
    at_ms: 0,
    subject: '',
    blamed: '',
    household: null,
    incident: null,
    verb: '',
  },
  wrote: [
    {
      name: 'note',
      field: 'note',
      shown: '轮椅',
      value: '轮椅',
      entry: { kind: 'note', group: '', codes: [] },
      bad: false,
    },
  ],
  ...{ kind, reason },
  ...more,
});

describe('what can be done about a refused record', () => {
  it('sends_again_only_what_may_be_taken_next_time', () => {
    expect(mayResend(refused('household', 'damaged_payload'))).toBe(true);
    expect(mayResend(refused('incident', 'never_registered'))).toBe(true);
    expect(mayResend(refused('incident_step', 'not_now'))).toBe(false);
    expect(mayResend(refused('household', 'out_of_scope'))).toBe(false);
    expect(mayResend(refused('household', 'bad_field'))).toBe(false);
  });

  it('changes_a_record_of_any_kind_where_writing_helps', () => {
    for (const kind of [
      'household',
      'person',
      'visit',
      'incident',
      'incident_step',
      'residence',
      'occupancy',
      'check_in',
    ])
      expect([kind, formOf(refused(kind, 'bad_field'))]).toEqual([kind, '/review/refused/41:7']);
    expect(formOf(refused('household', 'out_of_scope'))).toBeNull();
    expect(formOf(refused('incident_step', 'not_now'))).toBeNull();
    expect(formOf(refused('photo_evidence', 'bad_hash', { wrote: [] }))).toBeNull();
  });

  it('opens_the_very_incident_a_step_belongs_to', async () => {
    await setLanguage('zh-CN');
    expect(pageOf(refused('incident_step', 'not_now', { incident: 'i7' }))?.to).toBe('/incident/i7');
    expect(pageOf(refused('visit', 'bad_field', { household: 'h3' }))?.to).toBe('/household/h3');
    expect(pageOf(refused('patrol', 'bad_field'))).toBeNull();
  });

  it('says_what_it_is_about_before_what_was_done', async () => {
    await setLanguage('zh-CN');
    expect(titleOf(refused('incident_step', 'not_now', { subject: '路灯不亮', verb: 'supplement' }))).toBe(
      '路灯不亮 · 补充说明',
    );
  });
});

describe('why a record was refused', () => {
  it('names_the_field_where_the_county_named_one', () => {
    setLanguage('zh-CN');
    expect(whyOf(refused('person', 'too_long', { blamed: 'note' }))).toBe('“备注”写得太长，改短再送。');
    expect(whyOf(refused('person', 'too_long'))).toBe('有一项写得太长，改短再送。');
    expect(whyOf(refused('person', 'role', { blamed: 'note' }))).toBe('你的职责不能做这一步。');
  });
});

describe('what is changed of a refused record', () => {
  const entry = (kind: string) => ({ kind, group: '', codes: [] });
  const fields: Omit<RefusedField, 'bad'>[] = [
    { name: 'name', field: 'name', shown: '孔**', value: null, entry: entry('line') },
    { name: 'phone', field: 'phone', shown: '142****6603', value: null, entry: entry('phone') },
    { name: 'citizen_id', field: 'citizen_id', shown: 'declined', value: 'declined', entry: entry('citizen_id') },
    { name: 'note', field: 'note', shown: '轮椅', value: '轮椅', entry: entry('note') },
    { name: 'at', field: 'at', shown: '今天', value: null, entry: null },
  ];
  const item = refused('person', 'bad_field', { wrote: fields.map((field) => ({ ...field, bad: false })) });

  it('is_only_what_was_typed_and_differs', () => {
    expect(amendedOf(item, {})).toEqual({});
    expect(amendedOf(item, { note: '轮椅', phone: ' ', at: 'x' })).toEqual({});
    expect(amendedOf(item, { note: ' 拐杖 ' })).toEqual({ note: '拐杖' });
  });

  it('may_be_left_empty_where_nothing_is_an_answer', () => {
    expect(amendedOf(item, { name: '', phone: '', citizen_id: '', note: '' })).toEqual({
      phone: '',
      citizen_id: '',
      note: '',
    });
  });

  it('is_never_the_missing_words_of_a_step', () => {
    const step = refused('incident_step', 'text_needed', {});
    expect(amendedOf(step, { note: '' })).toEqual({});
  });
});
