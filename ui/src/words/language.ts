/** zh-CN comes with the first script, other languages when asked for. Messages are interpreted, never evaluated. */
import { createI18n } from 'vue-i18n';
import zh from '@/locales/zh-CN.json';

export type Messages = typeof zh;

export const i18n = createI18n<[Messages], 'zh-CN' | 'en', false>({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh } as Record<'zh-CN' | 'en', Messages>,
  missingWarn: false,
  fallbackWarn: false,
});

const wantedOf = (language: string) => (language === 'en' ? 'en' : 'zh-CN');

/** Brings the words of a language without speaking it yet. */
export async function loadLanguage(language: string): Promise<void> {
  const global = i18n.global;
  if (wantedOf(language) === 'en' && !global.availableLocales.includes('en'))
    global.setLocaleMessage('en', (await import('@/locales/en.json')).default as Messages);
}

export async function setLanguage(language: string): Promise<void> {
  await loadLanguage(language);
  i18n.global.locale.value = wantedOf(language);
}

export const t = i18n.global.t;
export const te = i18n.global.te;
