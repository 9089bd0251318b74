/**
 * Two presses before the page is drawn anew are one: a button that is busy is switched off only as it is drawn.
 */
import { nextTick } from 'vue';

/** Answers whether this press is the first since the page was drawn. */
export function onePress(): () => boolean {
  let pressed = false;
  return () => {
    if (pressed) return false;
    pressed = true;
    void nextTick(() => (pressed = false));
    return true;
  };
}
