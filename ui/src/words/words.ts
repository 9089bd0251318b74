/** Numbers, dates and codes in the words of the language files. No arithmetic of the work happens here. */
import type { CallFailure, Standing } from '@/api';
import { t, te } from './language';
import type { IconName } from '@/icons/icons';

/** `what` happened, what is `safe`, what to `do`. */
export interface Told {
  what: string;
  safe: string;
  todo: string;
}

/** Every failure has three sentences; one the language files do not know gets the general ones, with its code. */
export function told(failure: Pick<CallFailure, 'code' | 'params'>): Told {
  const known = te(`errors.${failure.code}.what`) || te(`errors.${failure.code}.what`, 'zh-CN');
  const base = known ? `errors.${failure.code}` : 'errors.unknown';
  const params = { code: failure.code, ...failure.params };
  return { what: t(`${base}.what`, params), safe: t(`${base}.safe`, params), todo: t(`${base}.do`, params) };
}

/** The word for a code, or the code itself where a county or a later version sends one we do not know. */
export function word(group: string, code: string | null | undefined): string {
  if (code === null || code === undefined || code === '') return t('common.unknown');
  const key = `${group}.${code}`;
  return te(key) || te(key, 'zh-CN') ? t(key) : code;
}

/** Why a field was refused: its rule where there is one to say, by the field's code. */
export function refusedValue(field: string, code: string): string {
  const rule = code === 'too_long' ? 'too_long' : field;
  return te(`bad_value.${rule}`) ? t(`bad_value.${rule}`) : t('bad_value.other');
}

/**
 * A door within its building as it stands on the wall, in every language: `3单元 501`. So do the addresses that come whole
 * from the core.
 */
export function doorWords(unit: string, door: string): string {
  return `${unit}${/^[0-9A-Za-z]+$/.test(unit) ? '单元' : ''} ${door}`.trim();
}

/** Facts on one line, parted by dots. It ends between two facts, never within one, and the dot goes on with the second. */
export const dotted = (...parts: string[]): string =>
  parts
    .filter(Boolean)
    .map((part) => part.replace(/ /g, '\u00a0'))
    .join(' ·\u00a0');

/** Who wrote: a name as it is; the county; or a role, where the name is not for the reader. */
export function writer(by: string): string {
  if (by === 'county' || by === 'worker') return word('by', by);
  return te(`role.${by}`) || te(`role.${by}`, 'zh-CN') ? t('by.another', { role: t(`role.${by}`) }) : by;
}

/** As the one who reads is told: `你`, a name, or a role. */
export function author(one: { mine: boolean; by: string }): string {
  return one.mine ? t('review.you') : writer(one.by);
}

const DAY = 86_400_000;
/** The whole country keeps one time, UTC+8 without summer time; so do days in Rust. A phone set to another zone must not
 *  put a visit of this morning under yesterday. */
const EAST = 8 * 3_600_000;
/** A date whose UTC parts are the local ones. */
const local = (ms: number) => new Date(ms + EAST);

/** `9:02` */
export function clock(ms: number): string {
  const d = local(ms);
  return `${d.getUTCHours()}:${String(d.getUTCMinutes()).padStart(2, '0')}`;
}

function midnight(ms: number): number {
  return Math.floor((ms + EAST) / DAY) * DAY - EAST;
}

/** Midnight before a moment, by the time of the whole country. */
export const dayStart = midnight;

/**
 * `11月21日`, with the year when it is not this one. Words of the language files and not `Intl`: on an old phone the first
 * use of that costs longer than everything else of the first screen together.
 */
export function day(ms: number, now = Date.now()): string {
  const date = local(ms);
  const year = date.getUTCFullYear();
  const params = { year, name: t(`words.month_${date.getUTCMonth() + 1}`), day: date.getUTCDate() };
  return t(year === local(now).getUTCFullYear() ? 'words.day' : 'words.day_year', params);
}

/** `今天 9:02`, `昨天 16:20`, `11月2日 8:05`. */
export function moment(ms: number, now = Date.now()): string {
  const days = Math.round((midnight(now) - midnight(ms)) / DAY);
  if (days === 0) return t('time.today', { time: clock(ms) });
  if (days === 1) return t('time.yesterday', { time: clock(ms) });
  return `${day(ms, now)} ${clock(ms)}`;
}

/** Past days without their clock: `今天 9:02`, `昨天 16:20`, `11月2日`. */
export function ago(ms: number, now = Date.now()): string {
  return midnight(now) - midnight(ms) > 1.5 * DAY ? day(ms, now) : moment(ms, now);
}

/** `今天 9:02 去过`, never broken within. */
export function lastVisit(ms: number, now = Date.now()): string {
  return t('today.last_visit', { when: ago(ms, now).replace(/ /g, '\u00a0') });
}

/** `8:30` from `08:30`. */
export function hour(text: string): string {
  return text.replace(/^0(?=\d:)/, '');
}

/** `11月23日 周一` from `YYYY-MM-DD`. */
export function longDay(date: string): string {
  const ms = dateMs(date);
  const weekday = t(`words.weekday_${local(ms).getUTCDay()}`);
  return t('words.long_day', { weekday, day: day(ms) });
}

/** Local midnight of `YYYY-MM-DD`. */
export function dateMs(date: string): number {
  const [y, m, d] = date.split('-').map(Number);
  return Date.UTC(y ?? 1970, (m ?? 1) - 1, d ?? 1) - EAST;
}

/** `今天到期`, `还有 2 天`, `超期 2 天` for a due day; no text where there is none, as for a duty that comes with a task. */
export function due(date: string, now = Date.now()): { text: string; late: boolean; today: boolean } {
  if (date === '') return { text: '', late: false, today: false };
  const days = Math.round((dateMs(date) - midnight(now)) / DAY);
  if (days < 0) return { text: t('time.overdue', { days: -days }), late: true, today: false };
  if (days === 0) return { text: t('time.due_today'), late: false, today: true };
  return { text: t('time.due_in', { days }), late: false, today: false };
}

/** `1.8 公里`, `640 米` under a kilometre. */
export function metres(m: number): { value: string; unit: string } {
  return m >= 1000
    ? { value: (m / 1000).toFixed(1), unit: t('words.km') }
    : { value: String(Math.round(m)), unit: t('words.m') };
}

export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return t('time.hours_minutes', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  if (minutes >= 1) return t('time.minutes', { minutes });
  return t('time.seconds', { seconds: Math.floor(seconds) });
}

export function bytes(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toFixed(1)} GB`;
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} MB`;
  if (n >= 1e3) return `${Math.round(n / 1e3)} KB`;
  return `${n} B`;
}

export const standingLook: Record<Standing, { tone: 'plain' | 'blue' | 'green' | 'amber'; icon: IconName }> = {
  on_phone: { tone: 'plain', icon: 'phonehere' },
  sending: { tone: 'blue', icon: 'up' },
  at_county: { tone: 'green', icon: 'tick' },
  needs_you: { tone: 'amber', icon: 'warn' },
};

/** `误差约 8 米` from decimetres, `±8 米` where there is little room; nothing where the accuracy is unknown. */
export function metresOf(dm: number | null, room: 'plenty' | 'little' = 'plenty'): string {
  if (dm === null) return '';
  return t(room === 'plenty' ? 'words.accuracy' : 'words.plus_minus', { n: Math.max(1, Math.round(dm / 10)) });
}

/** `已定位（误差约 8 米）`. */
export function located(dm: number | null): string {
  const accuracy = metresOf(dm);
  return accuracy === '' ? t('report.fixed_bare') : t('report.fixed', { accuracy });
}

const WORST: Standing[] = ['needs_you', 'on_phone', 'sending', 'at_county'];

/** What stands for a page with several parts: the one that is least far. */
export function worst(parts: Standing[]): Standing {
  return WORST.find((one) => parts.includes(one)) ?? 'at_county';
}
