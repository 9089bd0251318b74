/** What is true of the whole app: its phase, its worker, its settings. Holds no person's data. */
import { computed, reactive, readonly } from 'vue';
import { call, type AppState, type Phase, type Settings } from '@/api';
import { setLanguage } from '@/words/language';
import { forget } from './records';

const DEFAULTS: Settings = {
  language: 'zh-CN',
  big_type: false,
  text_size: 0,
  theme: 'system',
  photos_on_mobile_data: false,
};

const state = reactive<{ now: AppState | null }>({ now: null });

export const app = readonly(state);
export const settings = computed<Settings>(() => state.now?.settings ?? DEFAULTS);
export const bigType = computed(() => settings.value.big_type);
export const worker = computed(() => state.now?.worker ?? null);
export const phase = computed<Phase>(() => state.now?.phase ?? 'new');

const night = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null;

/** Puts the settings on the page: theme, big type, language. */
export async function wear(chosen: Settings): Promise<void> {
  const root = document.documentElement;
  const dark = chosen.theme === 'dark' || (chosen.theme === 'system' && night?.matches === true);
  root.dataset.theme = dark ? 'dark' : 'light';
  root.classList.toggle('van-theme-dark', dark);
  if (chosen.big_type) root.setAttribute('data-big', String(chosen.text_size));
  else root.removeAttribute('data-big');
  root.lang = chosen.language;
  await setLanguage(chosen.language);
}

export async function take(answer: AppState): Promise<void> {
  if (answer.phase !== 'ready') forget();
  await wear(answer.settings);
  state.now = answer;
}

export async function refreshApp(): Promise<void> {
  await take(await call('app_state'));
}

export async function saveSettings(change: Partial<Settings>): Promise<void> {
  await take(await call('settings_save', { ...settings.value, ...change }));
}

night?.addEventListener?.('change', () => void wear(settings.value));
