/**
 * Loading a page's records: the last answer stands while the next one travels, so a page opens at once and never
 * blinks. What is kept is masked as it came, lives in memory only, and is forgotten when the app locks.
 */
import { nextTick, onMounted, onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { CallFailure } from '@/api';

const kept = new Map<string, unknown>();
/** The question that what is kept answers, by number: what was overtaken by a later one is not kept, and neither is what
 *  was asked before the app locked. */
const askedAt = new Map<string, number>();
let questions = 0;
let forgotten = 0;

function put(key: string, answer: unknown, asked: number): boolean {
  if (asked <= forgotten || asked < (askedAt.get(key) ?? 0)) return false;
  askedAt.set(key, asked);
  kept.set(key, answer);
  return true;
}

/** Kept answers nobody has looked at yet, with the tick they are of: the page that shows one need not ask again at once,
 *  unless records changed since. */
const fresh = new Map<string, number>();

function isFresh(key: string): boolean {
  const tick = fresh.get(key);
  fresh.delete(key);
  return tick === recordsTick.value;
}

/** Rises whenever records changed on the phone: pages load again. */
export const recordsTick = ref(0);

/** Before a question whose answer brings others along: how to keep those. */
export function asking(): (key: string, answer: unknown) => void {
  const asked = ++questions;
  const tick = recordsTick.value;
  return (key, answer) => {
    if (put(key, answer, asked)) fresh.set(key, tick);
  };
}

/** Asks for what is likely to be opened next, so that it opens at once. A failure is told when it is opened. */
export async function fetchAhead<T>(key: string, load: () => Promise<T>): Promise<T | null> {
  if (kept.has(key)) return null;
  const asked = ++questions;
  const answer = await load().catch(() => null);
  if (answer !== null) put(key, answer, asked);
  return answer;
}

export function forget(): void {
  kept.clear();
  askedAt.clear();
  forgotten = questions;
  fresh.clear();
}

/** Under way on any page. */
const loads = new Set<Promise<void>>();

/** Once the pages show what changed up to now. */
export async function drawn(): Promise<void> {
  // A page begins to load when it hears of the change, and draws when it has loaded.
  await nextTick();
  await Promise.all(loads);
  await nextTick();
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
  /** The round of the answer that stands: one that was overtaken by a later one is nothing any more. */
  let shown = 0;
  let alive = true;

  function reload(): Promise<void> {
    const loading: Promise<void> = ask()
      .catch(() => undefined)
      .finally(() => loads.delete(loading));
    loads.add(loading);
    return loading;
  }

  async function ask(): Promise<void> {
    const mine = ++round;
    const name = key();
    const asked = ++questions;
    try {
      const answer = await load();
      // Also for a page that has gone: what it had is out of date, and the next one begins with it.
      put(name, answer, asked);
      if (!alive || mine < shown || name !== key()) return;
      shown = mine;
      data.value = answer;
      failure.value = null;
    } catch (error) {
      if (alive && mine === round) failure.value = CallFailure.from(error);
    }
  }

  // What came with the page's opening is not asked for a second time.
  onMounted(() => (isFresh(key()) ? undefined : reload()));
  onUnmounted(() => (alive = false));
  watch(recordsTick, () => void reload());
  watch(key, (name) => {
    data.value = (kept.get(name) as T | undefined) ?? null;
    if (!isFresh(name)) void reload();
  });
  return { data, failure, reload };
}
