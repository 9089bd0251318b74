/** The shell's back button (Android): the topmost sheet, then the page before, then the system. */
import { router } from './router';
import { back } from './state/back';

export function hardwareBack(): void {
  // The desktop's shell has no such button and refuses to listen for one.
  if (!('__TAURI_INTERNALS__' in window) || !navigator.userAgent.includes('Android')) return;
  void import('@tauri-apps/api/app').then(({ exit, onBackButtonPress }) =>
    onBackButtonPress(() => {
      if (back.press()) return;
      if (window.history.state?.back) router.back();
      else if (router.currentRoute.value.path !== '/today') void router.replace('/today');
      else void exit(0).catch(() => undefined);
    }),
  );
}
