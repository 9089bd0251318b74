/**
 * What an address or a choice names, asked for anew whenever it names something else. What was shown stays until the next
 * is there; what comes late of something no longer named is not shown, be it an answer or a failure.
 */
import { shallowRef, watch, type ShallowRef } from 'vue';
import { DeskFailure } from './api';

export interface Loaded<T> {
  value: ShallowRef<T | null>;
  failure: ShallowRef<DeskFailure | null>;
  reload: () => Promise<void>;
}

/** An empty name is nothing, and nothing is asked for. */
export function useLoaded<T>(name: () => string, ask: (name: string) => Promise<T>): Loaded<T> {
  const value = shallowRef<T | null>(null);
  const failure = shallowRef<DeskFailure | null>(null);

  async function reload(): Promise<void> {
    const wanted = name();
    failure.value = null;
    if (wanted === '') {
      value.value = null;
      return;
    }
    try {
      const answer = await ask(wanted);
      if (name() === wanted) value.value = answer;
    } catch (error) {
      if (name() !== wanted) return;
      failure.value = DeskFailure.from(error);
      value.value = null;
    }
  }

  watch(name, reload, { immediate: true });
  return { value, failure, reload };
}
