/** One person on record in two grids of the fictional county. */
import type { DuplicateRow } from '@/desk/api';
import { at } from './grid';

const person = (id: string, phone: string) => ({
  ...{ id, name: '单**', relation: 'head', sex: 'female', age: 77, citizen_id: '990101********0026', phone },
  ...{ residence: 'usual', conflicts: 0 },
});

export const duplicates: DuplicateRow[] = [
  {
    ...{ id: 'p21:p88', state: 'open', found_ms: at(9, 40), decided_ms: null, decided_by: null },
    sides: [
      {
        person: person('p21', '142****7788'),
        ...{ grid: '富民三格', household: 'h1-301', door: '2幢1单元 301', by: '刘敏', made_ms: at(8, 20) },
      },
      {
        person: person('p88', '142****0000'),
        ...{ grid: '城南一格', household: 'h9-101', door: '5幢2单元 101', by: '何军', made_ms: at(9, 40) },
      },
    ],
  },
];
