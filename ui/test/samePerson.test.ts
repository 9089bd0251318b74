import { describe, expect, it } from 'vitest';
import type { SourceView } from '@/api';
import { sourceLines } from '@/phone/samePerson';
import { setLanguage } from '@/words/language';

const source = (more: Partial<SourceView> = {}): SourceView => ({
  ...{ id: 'a', name: '单**', citizen_id: null, birth: '1949-**-**', sex: '2', phone: '142****7788' },
  ...{ household: null, door: '', mine: false, by: 'worker', at_ms: 0 },
  ...more,
});

describe('two records of one person side by side', () => {
  it('says_every_compared_field_in_the_same_order_also_where_one_knows_nothing', () => {
    setLanguage('zh-CN');
    const [one, other] = [source(), source({ phone: 'declined', sex: '0' })].map(sourceLines);
    expect(one!.map((line) => line.field)).toEqual(['name', 'citizen_id', 'birth', 'sex', 'phone']);
    expect(other!.map((line) => line.field)).toEqual(one!.map((line) => line.field));
    expect(one!.map((line) => line.text)).toEqual(['单**', '不清楚', '1949-**-**', '女', '142****7788']);
    expect(one!.map((line) => line.label)).toEqual(['姓名', '证件号码', '出生日期', '性别', '电话']);
    expect(other![4]!.text).toBe('拒绝提供');
    expect(other![3]!.text).toBe('性别不清楚');
  });
});
