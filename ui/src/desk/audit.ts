/** Lines of the audit log in words: who, and for what reason. A code without a word stays as it is. */
import { t } from '@/words/language';
import { word } from '@/words/words';
import type { AuditRow } from './api';

/** Accounts and phones come with their names; what is done at the server itself comes as a code. */
const SERVER = ['cli', 'county'];
/** Words for the reason, by what was done. */
const REASONS: Record<string, string> = { incident_step: 'verb', erase: 'd.erase.grounds' };

export const auditWho = (r: AuditRow): string => (SERVER.includes(r.who) ? word('d.audit_who', r.who) : r.who);

export function auditReason(r: AuditRow): string {
  const words = r.reason ? word(REASONS[r.what] ?? 'reveal_reasons', r.reason) : '';
  if (r.file) return `${words} · ${r.file}`;
  return r.phone_time ? `${words} · ${t('d.audit_phone_time', { time: r.phone_time })}` : words;
}
