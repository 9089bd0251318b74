/** What a button or a page does: busy while it is under way, one at a time, and what went wrong, until it is tried again. */
import { ref, shallowRef } from 'vue';
import { DeskFailure } from './api';

export function useDeed() {
  const busy = ref(false);
  const failure = shallowRef<DeskFailure | null>(null);

  async function attempt(deed: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    failure.value = null;
    try {
      await deed();
    } catch (error) {
      failure.value = DeskFailure.from(error);
    } finally {
      busy.value = false;
    }
  }

  return { busy, failure, attempt };
}
