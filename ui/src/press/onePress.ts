/**
 * Presses that come in one go, before what the first one did is on the page, are one: a button that is busy is switched off
 * only as it is drawn. No finger is that quick – between its two taps the page is drawn, and then `busy` and `useDeed` stop
 * the second –, but whatever presses for somebody may be.
 */
import { nextTick } from 'vue';

/** Answers whether this press is the first of its go. */
export function onePress(): () => boolean {
  let pressed = false;
  return () => {
    if (pressed) return false;
    pressed = true;
    void nextTick(() => (pressed = false));
    return true;
  };
}
