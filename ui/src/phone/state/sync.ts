/** Polls `changes` while the app is visible and open. The counts on every screen come from here. */
import { computed, ref, shallowRef } from 'vue';
import { call, CallFailure, type Counts, type SyncState } from '@/api';
import { app, phase, refreshApp } from './app';
import { recordsTick } from './records';

export const POLL_MS = 1500;

export const sync = shallowRef<SyncState | null>(null);
/** The poll itself failed: the page is out of touch with its own core. */
export const outOfTouch = ref(false);

let last = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;

/** Codes that mean "no network", which is an ordinary day, not an error. */
export const OFFLINE = new Set(['county_unreachable', 'captive_portal']);

/** One poll; answers whether records changed. */
export async function poll(): Promise<boolean> {
  try {
    const answer = await call('changes', { after: last });
    sync.value = answer.sync;
    outOfTouch.value = false;
    const moved = answer.records && answer.change !== last;
    last = answer.change;
    if (moved) recordsTick.value++;
    return moved;
  } catch (error) {
    const failure = CallFailure.from(error);
    if (failure.code === 'wrong_phase') await refreshApp();
    else outOfTouch.value = true;
    return false;
  }
}

async function round(): Promise<void> {
  if (!running) return;
  if (document.visibilityState === 'visible' && phase.value === 'ready') await poll();
  timer = setTimeout(() => void round(), POLL_MS);
}

export function startPolling(): void {
  if (running) return;
  running = true;
  last = app.now?.change ?? 0;
  document.addEventListener('visibilitychange', onVisible);
  // Where everything is came with the first screen: the first poll can wait for its turn.
  if (sync.value) timer = setTimeout(() => void round(), POLL_MS);
  else void round();
}

export function stopPolling(): void {
  running = false;
  sync.value = null;
  clearTimeout(timer);
  document.removeEventListener('visibilitychange', onVisible);
}

function onVisible(): void {
  if (document.visibilityState !== 'visible') return;
  clearTimeout(timer);
  void round();
}

const NOTHING: Counts = { on_phone: 0, sending: 0, at_county: 0, needs_you: 0 };
export const counts = computed<Counts>(() => sync.value?.counts ?? NOTHING);
/** In contact: the last attempt succeeded. */
export const offline = computed(() => {
  const now = sync.value;
  return now === null || now.last_contact_ms === null || now.last_error !== null;
});
