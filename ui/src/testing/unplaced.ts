/** People without a household, for development and tests of the screens. Everyone is made up. */
import type { PersonLine, UnplacedLines } from '@/api';
import type { PersonRow } from '@/desk/api';

const NAMES = ['田*', '蔡*'];
const left = new Set(NAMES.map((_, n) => `u${n}`));

/** Puts somebody into a household; false for whoever has one. */
export const placed = (id: string): boolean => left.delete(id);

export function unplacedPeople(query: string): UnplacedLines {
  const rows = NAMES.map((name, n): PersonLine => ({
    id: `u${n}`,
    name,
    relation: '',
    sex: n === 0 ? '1' : '2',
    age: 41 + n,
    citizen_id: `990101********${1200 + n}`,
    phone: `142****${1300 + n}`,
    other_phones: [],
    folded: [],
    checking: false,
    residence: '',
    review: 0,
    standing: 'at_county',
  })).filter((row) => left.has(row.id) && row.name.startsWith(query.slice(0, 1)));
  return { rows, total: rows.length };
}

export const unplacedAtDesk = (): PersonRow[] =>
  NAMES.map((name, n) => ({
    id: `u${n}`,
    name,
    relation: '',
    sex: n === 0 ? 'male' : 'female',
    age: 41 + n,
    citizen_id: `990101********${1200 + n}`,
    phone: `142****${1300 + n}`,
    residence: null,
    conflicts: 0,
  }));
