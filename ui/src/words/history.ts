/** A line of a household's history in words, the same on the phone and at the desk. */
import { t, te } from './language';
import { word } from './words';

interface Line {
  kind: string;
  how: string;
  fields: string[];
}

/** What was begun or taken away has a sentence of its own; of a change the fields say what it was. */
export function historyWords(line: Line, fieldWord: (field: string) => string): string {
  const own = `history.${line.how}.${line.kind}`;
  if (te(own)) return t(own);
  // Who moved from one record of a household to another, or whose last day was put right.
  if (line.kind === 'residence' && line.fields.includes('household')) return t('history.moved_here');
  if (line.kind === 'residence' && line.fields.join() === 'until') return t('history.last_day');
  const kind = word('kind', line.kind);
  if (line.how !== 'changed') return t(`history.${line.how}.other`, { kind });
  return t('household.changed', { kind, fields: line.fields.map(fieldWord).join(t('common.comma')) });
}
