/**
 * The keyboard of the system makes the window lower (Android's `adjustResize`). What is typed is kept in sight, and whoever
 * takes room at the bottom can give way.
 */
import { nextTick, readonly, ref } from 'vue';

/** px. The lowest phone held upright is higher without a keyboard; in a window that is higher with one, the buttons at the
 *  bottom leave room enough. A phone on its side is low, too. */
const LOW = 480;
const low = ref(window.innerHeight < LOW);
/** Whether little is left of the window. */
export const lowWindow = readonly(low);

const TYPED_IN = 'input:not([type=file]):not([type=checkbox]):not([type=radio]), textarea';

async function resized(): Promise<void> {
  low.value = window.innerHeight < LOW;
  await nextTick();
  const at = document.activeElement;
  // As near as it is: nothing moves where it is in sight already. Those in a sheet stand above everything anyway.
  if (at instanceof HTMLElement && at.matches(TYPED_IN)) at.scrollIntoView({ block: 'nearest' });
}

window.addEventListener('resize', () => void resized());
