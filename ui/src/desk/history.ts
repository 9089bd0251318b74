/** The history of a household as people read it: an import of the county is one line, not one for every field it wrote. */
import type { Household } from './api';
import { t } from '@/words/language';
import { historyWords } from '@/words/history';
import { COUNTY, importsTogether } from '@/words/imports';
import { fieldWord } from './words';

type Line = Household['history'][number];

export const actor = (by: string): string => (by === COUNTY ? t('by.county') : by);

const told = (line: Line): string => historyWords(line, (field) => fieldWord(line.kind, field));

/** Newest first, as it came. */
export function foldImports(history: Line[]): { at_ms: number; by: string; text: string }[] {
  return importsTogether(history).map((lines) => {
    const [first] = lines;
    const people = lines.filter((line) => line.kind === 'person').length;
    const imported = people > 0 ? t('d.history.imported', { n: people }) : t('d.history.imported_household');
    return { at_ms: first.at_ms, by: actor(first.by), text: lines.length > 1 ? imported : told(first) };
  });
}
