/** Somebody moves into an empty flat: the household is made with them or not at all, and both are undone together. */
import { shallowRef } from 'vue';
import { call, type Saved } from '@/api';

export function useMoveIn() {
  /** A household made for the flat and left there because taking it back failed as well; the next try at
   *  that flat uses it. */
  const left = shallowRef<(Saved & { dwelling: string; occupancy: string | null }) | null>(null);

  /** `put` saves the person into the household. Answers the household's id and what undoes both. */
  async function moveIn(
    dwelling: string,
    put: (household: string) => Promise<Saved>,
    occupancy: string | null = null,
  ): Promise<Saved> {
    const waits = left.value?.dwelling === dwelling ? left.value : null;
    const form = { dwelling: null, occupancy, note: null, phone: null };
    const home: Saved = waits ?? (await call('save_household', { ...form, id: null, dwelling }));
    if (waits && occupancy !== waits.occupancy) {
      const changed = await call('save_household', { ...form, id: waits.id });
      home.undo = [changed.undo, home.undo].filter(Boolean).join(' ') || null;
    }
    if (waits) left.value = null;
    const person = await put(home.id).catch(async (error: unknown) => {
      await call('undo', { undo: home.undo ?? '' }).catch(() => (left.value = { ...home, dwelling, occupancy }));
      throw error;
    });
    return { id: home.id, undo: home.undo && person.undo ? `${home.undo} ${person.undo}` : null };
  }

  return { left, moveIn };
}
