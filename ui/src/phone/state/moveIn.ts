/** Somebody moves into an empty flat: the household is made with them or not at all, and both are undone together. */
import { shallowRef } from 'vue';
import { call, type Saved } from '@/api';

export function useMoveIn() {
  /** A household made for the flat and left there because taking it back failed as well; the next try at
   *  that flat uses it. */
  const left = shallowRef<(Saved & { dwelling: string }) | null>(null);

  /** `put` saves the person into the household. Answers the household's id and what undoes both. */
  async function moveIn(
    dwelling: string,
    put: (household: string) => Promise<Saved>,
    occupancy: string | null = null,
  ): Promise<Saved> {
    const waits = left.value?.dwelling === dwelling ? left.value : null;
    const home = waits ?? (await call('save_household', { id: null, dwelling, occupancy, note: null, phone: null }));
    if (waits) left.value = null;
    const person = await put(home.id).catch(async (error: unknown) => {
      await call('undo', { undo: home.undo ?? '' }).catch(() => (left.value = { ...home, dwelling }));
      throw error;
    });
    return { id: home.id, undo: home.undo && person.undo ? `${home.undo} ${person.undo}` : null };
  }

  return { left, moveIn };
}
