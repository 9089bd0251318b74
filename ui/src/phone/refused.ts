/** What can be done about a record the county refused: send the same words again, change them first, or only look. */
import type { RefusedView } from '@/api';

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
/** Nothing typed differently would be taken either. */
const NOT_MINE = new Set(['out_of_scope', 'county_only', 'kind_mismatch', 'tier_two', 'role']);

export const mayResend = (item: RefusedView): boolean => !FOR_GOOD.has(item.reason);

/** Where the record can be written anew; null where this phone has no form for it. */
export function formOf(item: RefusedView): string | null {
  if (item.kind !== 'household' || NOT_MINE.has(item.reason)) return null;
  return `/household/${item.record}/edit`;
}

/** The incident to look at. A step is a record of its own and does not name its incident: the list of them does. */
export function pageOf(item: RefusedView): string | null {
  if (item.kind === 'incident') return `/incident/${item.record}`;
  return item.kind === 'incident_step' ? '/incidents' : null;
}

/** Which step it was, told by what it wrote. */
export function stepOf(item: RefusedView): 'rate' | 'supplement' | 'withdraw' {
  if (item.fields.includes('rating')) return 'rate';
  return item.fields.includes('text') || item.fields.includes('photos') ? 'supplement' : 'withdraw';
}
