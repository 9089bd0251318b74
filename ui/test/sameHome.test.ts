import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import type { SameHomeView } from '@/api';
import SameHomeCard from '@/phone/parts/SameHomeCard.vue';
import { reviewOf } from '@/testing/review';
import { i18n } from '@/words/language';

const [pair] = reviewOf().same_homes;
const card = (reason: string) => {
  const asked: SameHomeView = { ...pair!, reason };
  const stubs = { RouterLink: true };
  return mount(SameHomeCard, { props: { pair: asked }, global: { plugins: [i18n], stubs } }).text();
};

describe('two households behind one door', () => {
  it.each([
    ['two_phones', '两人各登记了一次', '同一套房登记了两户'],
    ['again', '合并后又加了人', '这两户合并过'],
    ['came_back', '先搬走，又住回来', '同一套房登记了两户'],
    ['decided_apart', '一人说是一户，一人说是两户', '现在先算一户，请再定一次'],
  ])('asked_about_for_%s_say_why_and_what_is_so', (reason, why, lead) => {
    expect(card(reason)).toContain(why);
    expect(card(reason)).toContain(lead);
  });
});
