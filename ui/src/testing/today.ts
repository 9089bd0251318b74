/** What is due and what came back on the fictional day. Like the core, it asks for a visit where a care duty does or somebody moved in. */
import type { Today } from '@/api';
import { at, dueDoors, household, metBy } from './grid';

export const dueToday = (
  done: number,
  everyone = false,
): Pick<Today, 'visits_due' | 'visits_due_total' | 'visits_done' | 'answers' | 'returned'> => ({
  visits_due: dueDoors(everyone).map((door) => {
    const view = household(door);
    const duty = view.duties.find((one) => !one.done);
    return {
      household: door.id,
      door: view.door,
      building: view.building,
      street: '富民路 8 号',
      reason: duty ? 'care_duty' : 'new_tenant',
      category: duty?.category ?? null,
      last_visit_ms: view.visits[0]?.at_ms ?? null,
      due: duty?.due ?? metBy(),
    };
  }),
  visits_due_total: dueDoors(everyone).length,
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
