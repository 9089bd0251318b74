/**
 * A picture taken while the system ended the app behind the camera: asked for once at each opening, and the worker is
 * brought back to the form it was taken for.
 */
import type { Router } from 'vue-router';
import { call } from '@/api';
import { t } from '@/words/language';
import { say } from './notice';

/** Where a form is filled in; a form of a later version stays where it is and is found in its own place. */
export function pageOf(form: string): string | null {
  if (form === 'incident:new') return '/report';
  const supplement = /^supplement:([0-9a-z-]+)$/.exec(form);
  return supplement ? `/incident/${supplement[1]}` : null;
}

export async function recoverPhoto(router: Router): Promise<void> {
  try {
    const back = await call('recover_photo');
    if (!back) return;
    const page = pageOf(back.form);
    if (page) await router.push(page);
    say(t('today.photo_back'));
  } catch {
    // It waits on with the camera and is asked for again at the next opening, and before the next picture.
  }
}
