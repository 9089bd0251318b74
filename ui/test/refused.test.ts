import { describe, expect, it } from 'vitest';
import type { RefusedView } from '@/api';
import { formOf, mayResend } from '@/phone/refused';

const refused = (kind: string, reason: string): RefusedView => ({
  ...{ op: 'dev1:1', record: 'r1', fields: ['note'], at_ms: 0, subject: '' },
  ...{ kind, reason },
});

describe('what can be done about a refused record', () => {
  it('sends_again_only_what_may_be_taken_next_time', () => {
    expect(mayResend(refused('household', 'damaged_payload'))).toBe(true);
    expect(mayResend(refused('incident', 'never_registered'))).toBe(true);
    expect(mayResend(refused('incident_step', 'not_now'))).toBe(false);
    expect(mayResend(refused('household', 'out_of_scope'))).toBe(false);
    expect(mayResend(refused('household', 'bad_field'))).toBe(false);
  });

  it('opens_a_form_only_where_there_is_one_and_writing_helps', () => {
    expect(formOf(refused('household', 'bad_field'))).toBe('/household/r1/edit');
    expect(formOf(refused('household', 'out_of_scope'))).toBeNull();
    expect(formOf(refused('visit', 'bad_field'))).toBeNull();
  });
});
