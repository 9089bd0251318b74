/** What is due and what came back on the fictional day. */
import type { Today } from '@/api';
import { at, isoDay } from './grid';

export const dueToday = (
  done: number,
): Pick<Today, 'visits_due' | 'visits_due_total' | 'visits_done' | 'answers' | 'returned'> => ({
  visits_due: [
    {
      household: 'h1-301',
      door: '2幢1单元 301',
      building: '2幢',
      street: '富民路 8 号',
      reason: 'care_duty',
      category: '独居老人探访',
      last_visit_ms: at(10, 12, 31),
      due: isoDay(Date.now()),
    },
    {
      household: 'h2-502',
      door: '2幢2单元 502',
      building: '2幢',
      street: '富民路 8 号',
      reason: 'new_tenant',
      category: null,
      last_visit_ms: null,
      due: isoDay(Date.now() + 2 * 86_400_000),
    },
    {
      household: 'h2-601',
      door: '2幢2单元 601',
      building: '2幢',
      street: '富民路 8 号',
      reason: 'to_check',
      category: null,
      last_visit_ms: at(9, 0, 90),
      due: isoDay(Date.now() - 86_400_000),
    },
  ],
  visits_due_total: 3,
  visits_done: done,
  answers: [
    {
      incident: 'i4',
      title: '路灯不亮',
      state: 'closed',
      by: '富民镇网格中心',
      at_ms: at(16, 20, 1),
      text: '路灯修好了，请到现场看一眼。',
      standing: 'at_county',
    },
  ],
  returned: [
    {
      incident: 'i3',
      title: '乱堆物料',
      state: 'returned',
      by: '富民镇网格中心',
      at_ms: at(9, 15),
      text: '请补充是哪一家的，拍一张全景',
      standing: 'at_county',
    },
  ],
});
