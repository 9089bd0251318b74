import { beforeAll, describe, expect, it } from 'vitest';
import { foldImports } from '@/desk/history';
import { speak } from '@/desk/words';

const line = (at_ms: number, by: string, kind: string, ...fields: string[]) => ({ at_ms, by, kind, fields });

describe('the history of a household at the desk', () => {
  beforeAll(() => speak('zh-CN'));

  it('folds_one_import_into_one_line_with_its_people', () => {
    const told = foldImports([
      line(90_000_000, '刘敏', 'person', 'phone'),
      line(2_000, 'county', 'residence', 'kind'),
      line(1_500, 'county', 'person', 'name'),
      line(1_400, 'county', 'person', 'name'),
      line(1_000, 'county', 'household', 'remarks'),
    ]);
    expect(told.map((l) => `${l.by} ${l.text}`)).toEqual(['刘敏 改了人员：电话', '县里 县里导入：2 人']);
  });

  it('keeps_imports_of_different_days_and_single_writes_apart', () => {
    const told = foldImports([
      line(90_000_000, 'county', 'person', 'phone'),
      line(2_000, 'county', 'household', 'remarks'),
      line(1_000, 'county', 'household', 'street'),
    ]);
    expect(told.map((l) => l.text)).toEqual(['改了人员：电话', '县里导入这一户']);
  });
});
