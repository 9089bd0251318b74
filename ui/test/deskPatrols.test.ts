import { beforeAll, describe, expect, it } from 'vitest';
import { gapsWords, lengthWords, pointsTone, pointsWords, walkedWords } from '@/desk/patrols';
import { speak } from '@/desk/words';

const over = {
  ended_ms: 2_000_000,
  ...{ length_m: 2840, seconds: 3480, points: 7, reached: 5, gaps: 1, gap_seconds: 130, timed: true },
};
/** As the county lists it before the summary has come. */
const begun = {
  ended_ms: null,
  ...{ length_m: 0, seconds: 0, points: 0, reached: 0, gaps: 0, gap_seconds: 0, timed: true },
};
const said = (row: typeof over | typeof begun) => [
  walkedWords(row),
  lengthWords(row),
  pointsWords(row),
  gapsWords(row, '没有中断'),
];

describe('a patrol at the desk', () => {
  beforeAll(() => speak('zh-CN'));

  it('gives_no_verdict_on_a_round_under_way', () => {
    expect(said(begun)).toEqual(['巡查中', '待小结', '待小结', '待小结']);
    expect(pointsTone(begun)).toBeNull();
  });

  it('tells_what_the_summary_says_once_it_is_over', () => {
    expect(said(over)).toEqual(['58 分钟', '2.8 公里', '5 / 7', '中断 1 次，共 2 分钟']);
    expect(pointsTone(over)).toBe('amber');
    expect(pointsTone({ ...over, reached: 7 })).toBe('green');
    expect(gapsWords({ ...over, gaps: 0 }, '没有中断')).toBe('没有中断');
    expect(gapsWords({ ...over, timed: false }, '没有中断')).not.toBe('没有中断');
  });
});
