/** The history of a household as people read it: an import of the county is one line, not one for every field it wrote. */
import type { Household } from './api';
import { t } from '@/words/language';
import { word } from '@/words/words';
import { fieldWord } from './words';

type Line = Household['history'][number];

/** What the server calls the county's own writes; on screens the county has one name. */
const COUNTY = 'county';
/** Writes of one import are moments apart. */
const ONE_IMPORT_MS = 3_600_000;

export const actor = (by: string): string => (by === COUNTY ? t('by.county') : by);

function told(line: Line): string {
  const fields = line.fields.map((f) => fieldWord(line.kind, f)).join(t('common.comma'));
  return t('household.changed', { kind: word('kind', line.kind), fields });
}

/** Newest first, as it came. */
export function foldImports(history: Line[]): { at_ms: number; by: string; text: string }[] {
  const out: { at_ms: number; by: string; text: string }[] = [];
  for (let n = 0; n < history.length;) {
    const first = history[n]!;
    let end = n + 1;
    if (first.by === COUNTY)
      while (history[end]?.by === COUNTY && first.at_ms - history[end]!.at_ms < ONE_IMPORT_MS) end++;
    const people = history.slice(n, end).filter((line) => line.kind === 'person').length;
    const folded = end - n > 1;
    const text = people > 0 ? t('d.history.imported', { n: people }) : t('d.history.imported_household');
    out.push({ at_ms: first.at_ms, by: actor(first.by), text: folded ? text : told(first) });
    n = end;
  }
  return out;
}
