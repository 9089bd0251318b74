import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditRow } from '@/desk/api';
import { auditReason, auditWho } from '@/desk/audit';
import { speak } from '@/desk/words';

const line = (some: Partial<AuditRow>): AuditRow => ({
  ...{ at_ms: 0, who: 'centre', what: 'open_person', subject: '', reason: '', phone_time: null, file: null, ok: true },
  ...some,
});

describe('the audit log at the desk', () => {
  beforeAll(() => speak('zh-CN'));

  it('says_the_ground_of_an_erasure_in_words', () => {
    expect(auditReason(line({ what: 'erase', reason: 'consent_withdrawn' }))).toBe('本人撤回同意');
    expect(auditReason(line({ what: 'erase', reason: 'ordered', file: '7号' }))).toBe('法院或主管机关要求 · 7号');
    expect(auditReason(line({ what: 'erase', reason: 'a_later_ground' }))).toBe('a_later_ground');
    expect(auditReason(line({ what: 'revoke', reason: '手机丢了' }))).toBe('手机丢了');
  });

  it('says_what_was_done_at_the_server_itself', () => {
    expect(auditWho(line({ who: 'cli' }))).toBe('服务器命令行');
    expect(auditWho(line({ who: 'county' }))).toBe('县服务器');
    expect(auditWho(line({ who: 'fumin' }))).toBe('fumin');
  });
});
