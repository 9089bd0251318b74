/** A side of a question in plain words: who, when, what. */
import { t } from '@/words/language';
import { moment, word, writer } from '@/words/words';
import type { ReviewRow } from './api';
import { actor } from './history';

type Side = ReviewRow['sides'][number];

const inWords = (part: Side['parts'][number]): string => {
  if (part.value === '') return t('review.empty');
  if (part.value === 'declined') return t('person.declined');
  return part.group ? word(part.group, part.value) : part.value;
};

/** `周敏 今天 11:20 改为` */
export function sideHead(row: ReviewRow, side: Side): string {
  const key = side.deletes ? 'review.deleted_it' : row.field === 'deleted' ? 'review.kept_it' : 'review.put';
  const by = actor(side.by);
  return t(key, { who: by === side.by ? writer(by) : by, when: moment(side.at_ms) });
}

/** What it says, one line a field; the field's name only where several differ. */
export function sideLines(side: Side): string[] {
  if (side.deletes) return [t('review.deleted')];
  if (side.parts.length === 1) return [inWords(side.parts[0]!)];
  return side.parts.map((part) => `${word('field', part.field)}${t('common.colon')}${inWords(part)}`);
}

export const sideWords = (row: ReviewRow, side: Side): string =>
  `${sideHead(row, side)} ${sideLines(side).join(t('common.comma'))}`;
