/** Sentences of the desk: its language file beside the phone's, which holds the words for codes. */
import { i18n, loadLanguage, setLanguage, t, te, type Messages } from '@/words/language';
import { word } from '@/words/words';
import zh from '@/locales/desk.zh-CN.json';
import type { DeskFailure, PersonRow } from './api';

export async function speak(language: string): Promise<void> {
  await loadLanguage(language);
  const global = i18n.global;
  global.mergeLocaleMessage('zh-CN', { d: zh } as unknown as Messages);
  if (language === 'en')
    global.mergeLocaleMessage('en', { d: (await import('@/locales/desk.en.json')).default } as unknown as Messages);
  // Once all words are there: what is on the page is said anew at this moment and not again.
  await setLanguage(language);
  document.documentElement.lang = language;
}

/** Two sentences for a failure, the general ones where the code is new. */
export function told(failure: DeskFailure): { what: string; todo: string } {
  const key =
    te(`d.errors.${failure.code}.what`) || te(`d.errors.${failure.code}.what`, 'zh-CN') ? failure.code : 'unknown';
  const params = { code: failure.code, ...failure.params };
  return { what: t(`d.errors.${key}.what`, params), todo: t(`d.errors.${key}.do`, params) };
}

/** A person in a few words: relation, sex where the relation leaves it open, age, kind of residence. */
export function personWords(p: PersonRow): string {
  const words = [
    p.relation ? word('d.relation', p.relation) : '',
    ['son', 'daughter'].includes(p.relation ?? '') ? '' : word('d.sex', p.sex),
    p.age === null ? '' : t('household.age', { n: p.age }),
    p.residence ? word('residence', p.residence) : '',
  ];
  return words.filter(Boolean).join(' · ');
}

/** A field as the history names it: the desk sees fields that no form of the phone has. */
export function fieldWord(kind: string, field: string): string {
  for (const key of [`d.field.${kind}_${field}`, `d.field.${field}`]) if (te(key) || te(key, 'zh-CN')) return t(key);
  return word('field', field);
}

/** Time left of a limit: `剩 38 分`, with how pressing it is. */
export function left(due: number | null, now = Date.now()): { text: string; tone: 'red' | 'amber' | 'plain' } | null {
  if (due === null) return null;
  const minutes = Math.round((due - now) / 60_000);
  if (minutes < 0) return { text: t('d.late', { time: span(-minutes) }), tone: 'red' };
  return { text: t('d.left', { time: span(minutes) }), tone: minutes < 60 ? 'red' : minutes < 240 ? 'amber' : 'plain' };
}

function span(minutes: number): string {
  if (minutes < 60) return t('d.min', { n: minutes });
  if (minutes < 48 * 60) return t('d.hour', { n: Math.round(minutes / 60) });
  return t('d.day', { n: Math.round(minutes / 1440) });
}
