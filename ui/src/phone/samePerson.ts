/** What one record says of a person, in lines that can stand beside another record's. */
import type { SourceView } from '@/api';
import { t } from '@/words/language';
import { word } from '@/words/words';

export interface SourceLine {
  /** Field, as `differs` names it. */
  field: string;
  text: string;
}

const said = (text: string | null): string => (text === 'declined' ? t('person.declined') : (text ?? ''));

/** Every field both records are compared by: one that is missing says so, because that is a difference too. */
export function sourceLines(side: SourceView): SourceLine[] {
  const lines = [
    { field: 'citizen_id', text: said(side.citizen_id) },
    { field: 'birth', text: said(side.birth) },
    { field: 'sex', text: word('sex', side.sex) },
    { field: 'phone', text: said(side.phone) },
  ];
  return [
    { field: 'name', text: side.name },
    ...lines.map(({ field, text }) => ({
      field,
      text:
        text && field === 'sex' ? text : `${word('field', field)}${t('common.colon')}${text || t('common.unknown')}`,
    })),
  ];
}
