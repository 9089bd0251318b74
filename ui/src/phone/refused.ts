/** What can be done about a record the county refused: change it and send it again, send the same words again, or look. */
import type { RefusedField, RefusedView } from '@/api';
import { t, te } from '@/words/language';
import { word } from '@/words/words';

/**
 * Refused for what the record says or when it came: the same record sent again meets the same answer. Every other reason
 * (damaged on the way, a category the county may still register) may be gone next time.
 */
const FOR_GOOD = new Set([
  ...['illegal_transition', 'not_now', 'verb_not_allowed', 'not_yours', 'text_needed', 'rating_needed'],
  ...['out_of_scope', 'county_only', 'kind_mismatch', 'tier_two', 'role'],
  // Taken up by the county itself once it knows such records.
  'unknown_kind',
  ...['bad_field', 'invalid_field', 'too_long', 'too_large'],
]);
/** Nothing typed differently would be taken either: it is not this worker's to write, or its moment is over. */
const NO_WORDS_HELP = new Set([
  ...['out_of_scope', 'county_only', 'kind_mismatch', 'tier_two', 'role', 'unknown_kind'],
  ...['illegal_transition', 'not_now', 'verb_not_allowed', 'not_yours'],
]);

/** Why it was not taken, with the field to blame where the county named one. */
export function whyOf(item: RefusedView): string {
  const named = `refusal_of.${item.reason}`;
  return item.blamed && te(named) ? t(named, { field: word('field', item.blamed) }) : word('refusal', item.reason);
}

export const mayResend = (item: RefusedView): boolean => !FOR_GOOD.has(item.reason);

/** Where the record can be changed; null where nothing of it is typed or words would not help. */
export function formOf(item: RefusedView): string | null {
  const typed = item.wrote.some((field) => field.entry !== null);
  return typed && !NO_WORDS_HELP.has(item.reason) ? `/review/refused/${item.op}` : null;
}

/** The page of what it was about. */
export function pageOf(item: RefusedView): { to: string; word: string } | null {
  if (item.incident) return { to: `/incident/${item.incident}`, word: t('review.see_incident') };
  if (item.household) return { to: `/household/${item.household}`, word: t('review.open') };
  return null;
}

/** What it is about first, then what was being done with it. */
export function titleOf(item: RefusedView): string {
  const what = item.kind === 'incident_step' && item.verb ? word('verb', item.verb) : word('kind', item.kind);
  return item.subject ? t('review.step_of', { title: item.subject, verb: what }) : what;
}

const EMPTIED = new Set(['line', 'note', 'phone', 'citizen_id', 'day']);

/** Whether a field of it may be left empty: not a name, not what a step of an incident says, not a choice. */
export const mayEmpty = (item: RefusedView, field: RefusedField): boolean =>
  EMPTIED.has(field.entry?.kind ?? '') && field.name !== 'name' && item.kind !== 'incident_step';

/** What `amend_refused` is to change: what was typed and differs from what was written. An empty text empties the field. */
export function amendedOf(item: RefusedView, typed: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const field of item.wrote) {
    const value = typed[field.name];
    if (value === undefined || value === field.value || !field.entry) continue;
    if (value === '' ? mayEmpty(item, field) : value.trim() !== '') out[field.name] = value.trim();
  }
  return out;
}
