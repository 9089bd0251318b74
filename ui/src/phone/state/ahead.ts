/**
 * What can wait until the first screen stands: a picture that came back from the camera, and the screen most likely opened
 * next, so that it opens at a touch.
 */
import type { Router } from 'vue-router';
import { call } from '@/api';
import { place } from './place';
import { asking, fetchAhead } from './records';

/** Long enough for the first screen to be drawn on a slow phone, short enough to be done before a thumb comes. */
const QUIET_MS = 400;

/** The households tab's first screen in one answer: the numbers, the names, one building drawn. */
export async function householdsHead() {
  const keep = asking();
  const head = await call('households_head', { building: place.building || null });
  if (head.drawn) keep(`building:${head.drawn.building.id}`, head.drawn);
  return head;
}

export function whenQuiet(router: Router): void {
  setTimeout(() => {
    void import('./recovering').then(({ recoverPhoto }) => recoverPhoto(router));
    void import('../screens/HouseholdsScreen.vue');
    void fetchAhead('households_head', householdsHead);
  }, QUIET_MS);
}
