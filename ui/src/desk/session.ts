/** Who sits at the desk. Knows the account and the numbers in the navigation, nothing of any person. */
import { ref, shallowRef } from 'vue';
import { DeskFailure, get, onSessionEnd, post, setCsrf, type Me, type NavCounts } from './api';

export const me = shallowRef<Me | null>(null);
/** The session ended by itself, not by the one who sat there. */
export const ended = ref(false);
onSessionEnd(() => {
  ended.value = me.value !== null;
  me.value = null;
});
export const navCounts = ref<NavCounts>({
  incidents_new: 0,
  incidents_open: 0,
  devices_odd: 0,
  duplicates_open: 0,
  review_open: 0,
});

function take(answer: Me): void {
  setCsrf(answer.csrf);
  ended.value = false;
  me.value = answer;
}

export async function resume(): Promise<void> {
  try {
    take(await get<Me>('me'));
  } catch (error) {
    me.value = null;
    if (DeskFailure.from(error).code !== 'no_session') throw error;
  }
}

export async function login(name: string, password: string): Promise<void> {
  take(await post<Me>('login', { name, password }));
}

export async function logout(): Promise<void> {
  try {
    await post('logout');
  } finally {
    me.value = null;
  }
}

export async function refreshCounts(): Promise<void> {
  try {
    navCounts.value = await get<NavCounts>('counts');
  } catch {
    // The old numbers stay until the county answers again; a session that ended is noticed at the door.
  }
}
