/**
 * Loading a page's records: the last answer stands while the next one travels, so a page opens at once and never
 * blinks. What is kept is masked as it came, lives in memory only, and is forgotten when the app locks.
 */
import { onMounted, onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { CallFailure } from '@/api';

const kept = new Map<string, unknown>();

/** Rises whenever records changed on the phone: pages load again. */
export const recordsTick = ref(0);

export function forget(): void {
  kept.clear();
}

export interface Records<T> {
  data: ShallowRef<T | null>;
  failure: Ref<CallFailure | null>;
  reload: () => Promise<void>;
}

/** `key` names the answer (a different key loads anew); `load` asks for it. */
export function useRecords<T>(key: () => string, load: () => Promise<T>): Records<T> {
  const data = shallowRef<T | null>((kept.get(key()) as T | undefined) ?? null);
  const failure = ref<CallFailure | null>(null);
  let round = 0;
  let alive = true;

  async function reload(): Promise<void> {
    const mine = ++round;
    const name = key();
    try {
      const answer = await load();
      if (!alive || mine !== round) return;
      kept.set(name, answer);
      data.value = answer;
      failure.value = null;
    } catch (error) {
      if (alive && mine === round) failure.value = CallFailure.from(error);
    }
  }

  onMounted(reload);
  onUnmounted(() => (alive = false));
  watch(recordsTick, () => void reload());
  watch(key, (name) => {
    data.value = (kept.get(name) as T | undefined) ?? null;
    void reload();
  });
  return { data, failure, reload };
}
