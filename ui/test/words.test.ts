import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setLanguage } from '@/words/language';
import {
  ago,
  bytes,
  doorWords,
  dotted,
  due,
  duration,
  hour,
  lastVisit,
  located,
  longDay,
  metres,
  moment,
  refusedValue,
} from '@/words/words';

const EAST = 8 * 3_600_000;
/** A moment by the clock on the wall, which is the same everywhere in the country. */
const on = (month: number, day: number, h = 9, m = 5, year = 2026) => Date.UTC(year, month - 1, day, h, m) - EAST;
const NOW = on(11, 23, 12, 0);

describe.each(['Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Auckland'])(
  'times as people write them, phone set to %s',
  (zone) => {
    beforeAll(() => {
      process.env.TZ = zone;
    });
    afterAll(() => {
      delete process.env.TZ;
    });
    beforeAll(() => setLanguage('zh-CN'));

    it('today_yesterday_and_before', () => {
      expect(moment(on(11, 23), NOW)).toBe('今天 9:05');
      expect(moment(on(11, 22, 16, 20), NOW)).toBe('昨天 16:20');
      expect(moment(on(11, 2), NOW)).toBe('11月2日 9:05');
      expect(ago(on(11, 2), NOW)).toBe('11月2日');
      expect(lastVisit(on(11, 23, 21, 30), NOW).replace(/\u00a0/g, ' ')).toBe('今天 21:30 去过');
      expect(lastVisit(on(11, 22), NOW)).not.toContain(' ');
      expect(moment(on(5, 3, 8, 0, 2025), NOW)).toBe('2025年5月3日 8:00');
    });

    it('due_days_count_calendar_days', () => {
      expect(due('2026-11-23', NOW)).toMatchObject({ today: true, late: false });
      expect(due('2026-11-22', NOW)).toMatchObject({ late: true, text: '超期 1 天' });
      expect(due('2026-11-25', NOW).text).toBe('还有 2 天');
      expect(due('', NOW)).toEqual({ text: '', late: false, today: false });
    });

    it('days_hours_lengths_and_bytes', () => {
      expect(longDay('2026-11-23')).toBe('11月23日 周一');
      expect(hour('08:30')).toBe('8:30');
      expect(hour('14:30')).toBe('14:30');
      expect(metres(640)).toEqual({ value: '640', unit: '米' });
      expect(metres(1840)).toEqual({ value: '1.8', unit: '公里' });
      expect(duration(130)).toBe('2 分钟');
      expect(duration(3900)).toBe('1 小时 5 分');
      expect(bytes(1_130_000)).toBe('1.1 MB');
    });
  },
);

describe('a place in words', () => {
  it.each(['zh-CN', 'en'] as const)('is_the_door_as_it_stands_on_the_wall_in_%s', async (language) => {
    await setLanguage(language);
    expect(doorWords('3', '501')).toBe('3单元 501');
    expect(doorWords('1单元', '501')).toBe('1单元 501');
    expect(doorWords('东', '301')).toBe('东 301');
    expect(doorWords('', '301')).toBe('301');
  });

  it('says_how_sure_the_position_is_only_where_that_is_known', async () => {
    await setLanguage('zh-CN');
    expect(located(80).replace(/\u00a0/g, ' ')).toBe('已定位（误差约 8 米）');
    expect(located(null)).toBe('已定位');
  });
});

describe('facts beside each other', () => {
  it('end_their_line_between_two_facts_and_never_behind_a_dot', () => {
    expect(dotted('高龄津贴', '', '今天 23:47 去过').split(' ')).toEqual([
      '高龄津贴',
      '·\u00a0今天\u00a023:47\u00a0去过',
    ]);
    expect(dotted('', '15:01')).toBe('15:01');
  });
});

describe('a refused value', () => {
  it('is_told_by_the_rule_of_its_field_and_else_in_general', async () => {
    await setLanguage('zh-CN');
    expect(refusedValue('phone', 'invalid_field')).toContain('11 位');
    expect(refusedValue('phone', 'too_long')).toBe(refusedValue('note', 'too_long'));
    expect(refusedValue('unheard_of', 'invalid_field')).toBe(refusedValue('relation', 'bad_field'));
  });
});
