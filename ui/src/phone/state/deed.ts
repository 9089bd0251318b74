/**
 * What a form does when its button is pressed: one at a time, and a failure comes into view with the field it is about.
 * A form of several screens' length has its button at the end and what went wrong far above it.
 */
import { computed, nextTick, onScopeDispose, ref, shallowRef } from 'vue';
import { CallFailure } from '@/api';
import { refusedValue } from '@/words/words';
import { drawn } from './records';

/**
 * What a button does: one at a time, and busy until the page shows what came of it. An answer is there before the page that
 * was drawn without it has gone, and in between the same button would do the same once more.
 */
export function useBusy() {
  const busy = ref(false);

  /** Answers what `deed` answers; nothing while the one before is under way. */
  async function during<T>(deed: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    try {
      return await deed();
    } finally {
      await drawn();
      busy.value = false;
    }
  }

  return { busy, during };
}

/** Failures that name a field. */
const OF_A_FIELD = new Set(['invalid_field', 'too_long']);

/** The field a failure is about; empty where it is about none. */
export function blamed(failure: CallFailure | null): string {
  if (!failure || !OF_A_FIELD.has(failure.code)) return '';
  return failure.params.field ?? '';
}

/** To the field the failure is about, or to its words where it is about none; the next key pressed goes there. */
function show(ofField: boolean): void {
  // A form may have a field marked for another reason: the county's.
  const field = ofField ? document.querySelector<HTMLElement>('[data-bad]') : null;
  const at = field ?? document.querySelector<HTMLElement>('[data-failure]');
  (field?.querySelector<HTMLElement>('input, textarea, button') ?? at)?.focus({ preventScroll: true });
  if (!at) return;
  // The buttons at the bottom lie over the page.
  at.style.scrollMarginBottom = `${(document.querySelector('.foot')?.clientHeight ?? 0) + 8}px`;
  at.scrollIntoView({ block: 'nearest' });
}

/** `fields`: what can be put right on the page. A failure about another field is told, but nothing is marked. */
export function useDeed(fields: () => readonly string[] = () => []) {
  const busy = ref(false);
  const failure = shallowRef<CallFailure | null>(null);
  const badField = computed(() => {
    const name = blamed(failure.value);
    return fields().includes(name) ? name : '';
  });
  let left = false;
  onScopeDispose(() => (left = true));

  /** Answers whether it was done; not while the one before is under way. */
  async function attempt(deed: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    failure.value = null;
    try {
      await deed();
      await drawn();
      return true;
    } catch (error) {
      failure.value = CallFailure.from(error);
    } finally {
      busy.value = false;
    }
    await nextTick();
    if (!left) show(badField.value !== '');
    return false;
  }

  /** Why a field was refused, in words; empty where it was not. Marked `data-bad` it comes into view. */
  const badOf = (name: string, field = name) =>
    badField.value === name ? refusedValue(field, failure.value?.code ?? '') : '';

  return { busy, failure, badField, badOf, attempt };
}
