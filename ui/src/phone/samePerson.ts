/** What one record says of a person, in lines that can stand beside another record's. */
import type { SourceView } from '@/api';
import { t } from '@/words/language';
import { word } from '@/words/words';

export interface SourceLine {
  /** Field, as `differs` names it. */
  field: string;
  label: string;
  text: string;
}

const said = (text: string | null): string => (text === 'declined' ? t('person.declined') : (text ?? ''));

/** Every field both records are compared by: one that is missing says so, because that is a difference too. */
export function sourceLines(side: SourceView): SourceLine[] {
  return [
    { field: 'name', text: side.name },
    { field: 'citizen_id', text: said(side.citizen_id) },
    { field: 'birth', text: said(side.birth) },
    { field: 'sex', text: word('sex', side.sex) },
    { field: 'phone', text: said(side.phone) },
  ].map(({ field, text }) => ({ field, label: word('field', field), text: text || t('common.unknown') }));
}
