/**
 * What the desk says of a patrol. Of a round under way the county has its start and what was checked in by hand: length,
 * time, gaps and points come with the summary, so until then no verdict is given on them.
 */
import { t } from '@/words/language';
import { duration, metres } from '@/words/words';
import type { PatrolRow } from './api';

type Row = Pick<
  PatrolRow,
  'ended_ms' | 'length_m' | 'seconds' | 'points' | 'reached' | 'gaps' | 'gap_seconds' | 'timed'
>;

export const underWay = (row: Pick<PatrolRow, 'ended_ms'>): boolean => row.ended_ms === null;

/** `58 分钟`, or that it is under way. */
export const walkedWords = (row: Row): string => (underWay(row) ? t('d.patrols.under_way') : duration(row.seconds));

/** `2.8 公里`, or that it is not known yet. */
export function lengthWords(row: Row): string {
  if (underWay(row)) return t('d.patrols.pending');
  const { value, unit } = metres(row.length_m);
  return `${value} ${unit}`;
}

/** `5 / 7`, or that it is not known yet. */
export const pointsWords = (row: Row): string =>
  underWay(row) ? t('d.patrols.pending') : `${row.reached} / ${row.points}`;

/** Tone of the points: a verdict only once the round is over. */
export function pointsTone(row: Row): 'green' | 'amber' | null {
  if (underWay(row)) return null;
  return row.reached === row.points ? 'green' : 'amber';
}

/** How often and how long the track broke off, where that can be said at all; `none` are the words for never. */
export function gapsWords(row: Row, none: string): string {
  if (underWay(row)) return t('d.patrols.pending');
  if (!row.timed) return t('patrol.untimed');
  return row.gaps === 0 ? none : t('patrol.gaps', { n: row.gaps, time: duration(row.gap_seconds) });
}
