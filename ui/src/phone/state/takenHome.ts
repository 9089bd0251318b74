/** A form for a flat in which, as it turns out when it is saved, another household was registered meanwhile. */
import { computed, type Ref } from 'vue';
import { CallFailure } from '@/api';

/** Whoever registered it took it back: the flat is free as it was when the form was opened. */
export const GONE = new CallFailure('home_gone');

/** `code`: how that is told in the words of the form. */
export function useTakenHome(failure: Ref<CallFailure | null>, code: 'home_taken' | 'home_taken_moving') {
  /** The household there, while the worker has not said whether it is the same; empty otherwise. */
  const taken = computed(() => (failure.value?.code === code ? String(failure.value.params.household ?? '') : ''));
  /** What two people did at once is nobody's fault. */
  const calm = computed(() => taken.value !== '' || failure.value === GONE);
  /** For a call about that household, which may have gone. */
  const orGone = (error: unknown): never => {
    const why = CallFailure.from(error);
    throw why.code === 'not_found' ? GONE : why;
  };
  return { taken, calm, orGone };
}
