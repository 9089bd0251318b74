/** Keys of the lists: j and k or the arrows walk, Enter opens. Whoever types, or has a dialog open, is left alone. */
import { onBeforeUnmount, onMounted } from 'vue';

const FIELDS = 'input, textarea, select, [contenteditable="true"], [role="combobox"], [role="tree"]';

/** Which way a key walks a list: 1 down, -1 up, 0 not at all. */
export function step(event: KeyboardEvent): -1 | 0 | 1 {
  if (event.ctrlKey || event.metaKey || event.altKey) return 0;
  if (event.key === 'j' || event.key === 'ArrowDown') return 1;
  if (event.key === 'k' || event.key === 'ArrowUp') return -1;
  return 0;
}

/** True when a key pressed now belongs to a field or to a dialog. */
export function taken(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(FIELDS)) return true;
  const dialogs = [...document.querySelectorAll('[role="dialog"]')];
  return dialogs.some((dialog) => dialog.getClientRects().length > 0);
}

/** j and k anywhere on the page while the component is there. Arrows only where the list has the focus: they scroll. */
export function useLetters(walk: (by: -1 | 1) => void): void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || (event.key !== 'j' && event.key !== 'k') || taken(event)) return;
    const by = step(event);
    if (by === 0) return;
    event.preventDefault();
    walk(by);
  };
  onMounted(() => window.addEventListener('keydown', press));
  onBeforeUnmount(() => window.removeEventListener('keydown', press));
}
