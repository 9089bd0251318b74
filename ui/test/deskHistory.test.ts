import { beforeAll, describe, expect, it } from 'vitest';
import { foldImports } from '@/desk/history';
import { speak } from '@/desk/words';
import type { HistoryHow } from '@/api/types/HistoryHow';

const line = (at_ms: number, by: string, how: HistoryHow, kind: string, ...fields: string[]) => ({
  at_ms,
  by,
  kind,
  how,
  fields,
});

describe('the history of a household at the desk', () => {
  beforeAll(() => speak('zh-CN'));

  it('folds_one_import_into_one_line_with_its_people', () => {
    const told = foldImports([
      line(90_000_000, '刘敏', 'changed', 'person', 'phone'),
      line(2_000, 'county', 'began', 'residence', 'kind'),
      line(1_500, 'county', 'began', 'person', 'name'),
      line(1_400, 'county', 'began', 'person', 'name'),
      line(1_000, 'county', 'began', 'household', 'remarks'),
    ]);
    expect(told.map((l) => `${l.by} ${l.text}`)).toEqual(['刘敏 改了人员：电话', '县里 县里导入：2 人']);
  });

  it('keeps_imports_of_different_days_and_single_writes_apart', () => {
    const told = foldImports([
      line(90_000_000, 'county', 'changed', 'person', 'phone'),
      line(2_000, 'county', 'began', 'household', 'remarks'),
      line(1_000, 'county', 'began', 'person', 'name'),
    ]);
    expect(told.map((l) => l.text)).toEqual(['改了人员：电话', '县里导入：1 人']);
  });

  it('does_not_call_what_the_desk_decides_within_an_hour_an_import', () => {
    const told = foldImports([
      line(3_000, 'county', 'changed', 'person', 'phone'),
      line(2_000, 'county', 'removed', 'residence'),
      line(1_000, 'county', 'changed', 'household', 'note'),
    ]);
    expect(told.map((l) => l.text)).toEqual(['改了人员：电话', '撤掉了一条居住记录', '改了住户：备注']);
  });

  it.each([
    ['changed', 'residence', ['household'], '有人换到了这一户'],
    ['changed', 'residence', ['until'], '改了搬走的日期'],
    ['changed', 'residence', ['kind'], '改了居住类别：居住类别'],
    ['resumed', 'residence', ['until'], '改回来了：有人还住这里'],
    ['resumed', 'occupancy', ['until'], '改回来了：这一户还住这里'],
    ['joined', 'household', ['same_home'], '合并了两份登记'],
    ['parted', 'household', ['same_home'], '分开成两户'],
  ] as const)('says_that_somebody_%s_a_%s_of_%s_in_plain_words', (how, kind, fields, words) => {
    expect(foldImports([line(1_000, '刘敏', how, kind, ...fields)])[0]!.text).toBe(words);
  });
});
