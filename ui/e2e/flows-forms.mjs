// What a worker types: that it can be corrected and emptied, that it is there again after leaving the page, and that
// it goes once it was saved. With the memory carrier, like the flows of flows.mjs.
import assert from 'node:assert/strict';
import { at, gone, sees, tap } from './hand.mjs';

export const formFlows = [
  {
    name: 'what_somebody_refused_once_is_written_down_when_they_say_it_later',
    path: '/household/h1-602/person/p4',
    async run(page) {
      const refused = (is) => page.locator(`.one:has(#l-phone) [role=checkbox][aria-checked=${is}]`);
      await refused(true).click();
      await refused(false).waitFor();
      await page.fill('#f-phone', '1420000');
      await page.fill('#f-phone', '');
      assert.equal(await refused(false).count(), 1);
      await page.fill('#f-phone', '14200007777');
      await tap(page, '保存 1 项');
      await at(page, '/household/h1-602');
      await sees(page, '142****7777');
    },
  },
  {
    name: 'a_wrong_phone_is_emptied_on_purpose_and_comes_back_by_undoing',
    path: '/household/h1-301/person/p0',
    async run(page) {
      await page.fill('#f-phone', '1');
      await page.fill('#f-phone', '');
      await sees(page, '还没有填新的内容');
      const phone = page.locator('.one:has(#l-phone)');
      await phone.locator('button:has-text("清空原来的")').click();
      await phone.locator('button:has-text("先不清空")').click();
      await sees(page, '还没有填新的内容');
      await phone.locator('button:has-text("清空原来的")').click();
      await sees(page, '保存后，原来的就清空了');
      await tap(page, '保存 1 项');
      await at(page, '/household/h1-301');
      await gone(page, '142****0000');
      await tap(page, '撤销');
      await sees(page, '142****0000');
    },
  },
  {
    name: 'the_phone_of_a_household_is_emptied_and_comes_back_by_undoing',
    path: '/household/h1-301/edit',
    async run(page) {
      await tap(page, '清空原来的');
      await tap(page, '保存');
      await at(page, '/household/h1-301');
      await gone(page, '142****0146');
      await tap(page, '撤销');
      await sees(page, '142****0146');
    },
  },
  {
    name: 'a_refused_record_is_sent_again_without_the_phone_nobody_was_sure_of',
    path: '/review/refused/41:35',
    async run(page) {
      await tap(page, '清空原来的');
      await tap(page, '改好，再送');
      await sees(page, '改好了，有信号就送');
    },
  },
  {
    name: 'of_two_wrong_values_none_is_kept',
    path: '/review',
    async run(page) {
      await tap(page, '都不对，重新填');
      await tap(page, '都不对，先空着');
      await sees(page, '定好了');
      await sees(page, '需要你 · 4');
    },
  },
];
