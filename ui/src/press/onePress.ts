/**
 * Presses that come in one go, before what the first one did is on the page, are one: a button that is busy is switched off
 * only as it is drawn. What a second tap finds after that is the matter of `secondTap`.
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
