// What a worker types: that it can be corrected and emptied, that it is there again after leaving the page, and that
// it goes once it was saved. With the memory carrier, like the flows of flows.mjs.
import assert from 'node:assert/strict';
import { at, focused, go, gone, inView, sees, settle, shut, tap, undo } from './hand.mjs';

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
      await undo(page);
      await sees(page, '142****0000');
    },
  },
  {
    name: 'in_big_type_one_thing_of_a_person_is_corrected_without_walking_through_the_others',
    query: 'big=1',
    path: '/household/h1-301/person/p0',
    async run(page) {
      assert.equal(await page.locator('.foot button:has-text("保存")').isDisabled(), true);
      await tap(page, '直接选一项');
      await settle(page);
      await page.locator('.van-popup button:has-text("电话"):visible').click();
      await page.fill('#f-phone', '14200008888');
      await tap(page, '保存 1 项');
      await at(page, '/household/h1-301');
      await sees(page, '142****8888');
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
      await undo(page);
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
      await sees(page, '需要你 · 8');
    },
  },
  {
    name: 'what_was_asked_at_the_door_is_there_again_after_correcting_the_household',
    path: '/household/h1-301',
    async run(page) {
      const answer = (asked, is) => page.locator(`[aria-labelledby=ask-${asked}] .answer:has-text("${is}")`);
      await answer('people', '没变').click();
      await answer('phone', '不愿说').click();
      await page.fill('#visit-said', '水管漏水');
      await page.locator('.count').click();
      await tap(page, '改这一户');
      await at(page, '/household/h1-301/edit');
      await page.fill('#h-note', '门铃修好了');
      await tap(page, '保存');
      await at(page, '/household/h1-301');
      await page.locator('.answer[aria-checked=true]').nth(1).waitFor();
      for (const one of [answer('people', '没变'), answer('phone', '不愿说')])
        assert.equal(await one.getAttribute('aria-checked'), 'true');
      assert.equal(await page.inputValue('#visit-said'), '水管漏水');
      assert.equal(await page.locator('.count').getAttribute('aria-checked'), 'false');
      await tap(page, '改好了，记一次走访');
      await sees(page, '走访和变化都记下了');
      assert.equal(await page.inputValue('#visit-said'), '');
      assert.equal(await page.locator('.answer[aria-checked=true]').count(), 0);
      await undo(page);
      await page.locator('.answer[aria-checked=true]').nth(1).waitFor();
      assert.equal(await page.inputValue('#visit-said'), '水管漏水');
    },
  },
  {
    name: 'a_rating_is_there_again_after_the_page_was_left',
    path: '/incident/i4',
    async run(page) {
      await tap(page, '评价');
      await page.locator('.stars button').nth(3).click();
      await page.fill('#i-rate', '修得快');
      await shut(page);
      await go(page, '/today');
      await go(page, '/incident/i4');
      await page.locator('.stars button[aria-checked=true]:has-text("4")').waitFor();
      assert.equal(await page.inputValue('#i-rate'), '修得快');
      await page.locator('.van-popup button:has-text("保存")').click();
      await sees(page, '评价好了');
      await settle(page);
      await go(page, '/today');
      await go(page, '/incident/i4');
      await sees(page, '路灯不亮');
      assert.equal(await page.locator('.stars button').count(), 0);
    },
  },
  {
    name: 'the_note_of_a_point_is_there_again_and_belongs_to_that_point_only',
    path: '/patrol',
    query: 'patrol=walking',
    async run(page) {
      await tap(page, '到点');
      await tap(page, '东门消防通道');
      await page.fill('#point-note', '通道已清');
      await shut(page);
      await go(page, '/today');
      await go(page, '/patrol');
      await tap(page, '到点');
      await tap(page, '东门消防通道');
      await sees(page, '草稿已存');
      assert.equal(await page.inputValue('#point-note'), '通道已清');
      await tap(page, '我到这个点了');
      await sees(page, '已记到点');
    },
  },
  {
    name: 'a_third_value_is_there_again',
    path: '/review',
    async run(page) {
      await tap(page, '都不对，重新填');
      await page.fill('.van-popup input', '14200006666');
      await sees(page, '草稿已存');
      await shut(page);
      await go(page, '/today');
      await go(page, '/review');
      await tap(page, '都不对，重新填');
      await page.waitForFunction(() => document.querySelector('.van-popup input')?.value === '14200006666');
      await page.locator('.van-popup button:has-text("保存")').click();
      await sees(page, '定好了');
      await undo(page);
      await sees(page, '需要你 · 9');
    },
  },
  {
    name: 'a_refused_record_half_corrected_is_there_again_and_can_be_cleared',
    path: '/review/refused/41:35',
    async run(page) {
      await page.locator('textarea').first().fill('敲门等五分钟');
      await go(page, '/review');
      await go(page, '/review/refused/41:35');
      await sees(page, '上次没填完的');
      assert.equal(await page.locator('textarea').first().inputValue(), '敲门等五分钟');
      await tap(page, '不要了，清空');
      await page.locator('.van-popup .btn.danger').click();
      await sees(page, '草稿已清空');
      assert.equal(await page.locator('textarea').first().inputValue(), '腿脚不便，敲门等一等');
      await undo(page);
      assert.equal(await page.locator('textarea').first().inputValue(), '敲门等五分钟');
    },
  },
  {
    name: 'the_words_of_a_week_are_there_again_and_not_written_over',
    path: '/me/week',
    async run(page) {
      await page.locator('#w-text').waitFor();
      const drafted = await page.inputValue('#w-text');
      await page.fill('#w-text', `${drafted}走访独居老人`);
      await go(page, '/household/h1-401');
      await tap(page, '记一次走访');
      await sees(page, '走访记下了');
      await go(page, '/me/week');
      await sees(page, '上次没填完的');
      assert.equal(await page.inputValue('#w-text'), `${drafted}走访独居老人`);
      await tap(page, '上周');
      await page.waitForFunction(
        (text) => document.querySelector('#w-text')?.value.includes(text) === false,
        '独居老人',
      );
      await tap(page, '本周');
      await page.waitForFunction((text) => document.querySelector('#w-text')?.value.includes(text), '独居老人');
      await tap(page, '不要了，清空');
      await page.locator('.van-popup .btn.danger').click();
      await page.waitForFunction((text) => document.querySelector('#w-text')?.value === text, drafted);
    },
  },
  {
    name: 'whoever_moved_into_an_empty_flat_is_registered_and_undoing_leaves_it_empty',
    path: '/households',
    async run(page) {
      const flat = page.locator('a.door.empty:has-text("602")');
      await flat.click();
      await sees(page, '登记住进来的人');
      await sees(page, '2幢2单元 602');
      await tap(page, '返回');
      await flat.waitFor();
      await flat.click();
      await page.fill('#f-name', '谢玉兰');
      await page.locator('.option:has-text("公房")').click();
      await tap(page, '保存 2 项');
      await at(page, '/household/h2-602');
      await sees(page, '谢**');
      await sees(page, '公房');
      await sees(page, '改好了，记一次走访');
      await undo(page);
      await at(page, '/households');
      await flat.waitFor();
      await flat.click();
      await sees(page, '上次没填完的');
      assert.equal(await page.inputValue('#f-name'), '谢玉兰');
    },
  },
  {
    name: 'a_refused_field_comes_into_view_with_its_rule_however_far_above_the_button_it_is',
    path: '/household/h1-302/person/new',
    async run(page) {
      await page.fill('#f-name', '12345');
      await page.locator('#f-note').scrollIntoViewIfNeeded();
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      await tap(page, '保存 1 项');
      await inView(page, '[data-bad]');
      await focused(page, '#f-name');
      await sees(page, '姓名里要有文字');
      await page.fill('#f-name', '谢玉兰');
      await page.locator('[data-bad]').waitFor({ state: 'detached' });
      assert.equal(await page.locator('[data-failure]').count(), 0);
    },
  },
  {
    name: 'in_big_type_the_step_of_a_refused_field_comes_back_with_its_rule',
    query: 'big=1',
    path: '/household/h1-302/person/new',
    async run(page) {
      await page.fill('#f-name', '12345');
      for (let n = 1; n < 8; n++) await tap(page, '下一步');
      await sees(page, '第 8 项，共 8 项');
      await tap(page, '保存');
      await sees(page, '第 1 项，共 8 项');
      await inView(page, '[data-bad]');
      await focused(page, '#f-name');
      await sees(page, '姓名里要有文字');
    },
  },
  {
    name: 'a_phone_of_a_household_that_is_none_is_marked_and_said',
    path: '/household/h1-302/edit',
    async run(page) {
      await page.fill('#h-phone', '14211');
      await tap(page, '保存');
      await inView(page, '[data-bad]');
      await focused(page, '#h-phone');
      await sees(page, '电话号码不对');
      await page.fill('#h-phone', '14211000000');
      await page.locator('[data-bad]').waitFor({ state: 'detached' });
      await tap(page, '保存');
      await at(page, '/household/h1-302');
    },
  },
  ...['', 'big=1&'].map((size) => ({
    name: `a_category_the_county_took_back_is_asked_for_anew${size ? '_in_big_type' : ''}`,
    query: `${size}draft=gone`,
    path: '/report',
    async run(page) {
      for (let n = 1; size && n < 4; n++) await tap(page, '下一步');
      await tap(page, '上报处理');
      await inView(page, '[data-bad]');
      await sees(page, '县里现在没有这个类别');
      await page.locator('[data-bad] .kind').first().click();
      await page.locator('[data-bad]').waitFor({ state: 'detached' });
      for (let n = 2; size && n < 4; n++) await tap(page, '下一步');
      await tap(page, '上报处理');
      await at(page, '/incident/');
    },
  })),
  {
    name: 'two_presses_of_save_in_one_breath_register_one_person',
    path: '/household/h1-302/person/new',
    async run(page) {
      await page.fill('#f-name', '谢玉兰');
      await page.evaluate(() => {
        const save = document.querySelector('.foot .btn');
        save.click();
        save.click();
      });
      await at(page, '/household/h1-302');
      await sees(page, '谢**');
      await sees(page, '登记好了');
      assert.equal(await page.locator('main :text("谢**")').count(), 1);
    },
  },
  {
    name: 'in_big_type_a_form_opens_at_the_last_thing_entered_and_asks_one_thing_at_a_time',
    query: 'big=1',
    path: '/households',
    async run(page) {
      const flat = async () => {
        await tap(page, '2 单元');
        await page.locator('a.door.empty:has-text("602")').click();
      };
      await flat();
      await page.fill('#f-name', '谢玉兰');
      for (let n = 1; n < 8; n++) await tap(page, '下一步');
      await sees(page, '第 8 项，共 9 项');
      assert.equal(await page.locator('main .option:has-text("公房")').count(), 0);
      await page.fill('#f-note', '耳背');
      await sees(page, '草稿已存');
      await go(page, '/today');
      await go(page, '/households');
      await flat();
      await sees(page, '第 8 项，共 9 项');
      assert.equal(await page.inputValue('#f-note'), '耳背');
      await tap(page, '下一步');
      await sees(page, '第 9 项，共 9 项');
      assert.equal(await page.locator('main textarea, main input').count(), 0);
      await page.locator('.option:has-text("公房")').click();
      await tap(page, '保存');
      await at(page, '/household/h2-602');
    },
  },
  {
    name: 'a_person_the_core_refuses_leaves_no_empty_household_behind',
    path: '/households',
    async run(page) {
      const flat = page.locator('a.door.empty:has-text("602")');
      await flat.click();
      await page.fill('#f-name', '谢玉兰');
      await page.fill('#f-phone', '12');
      await tap(page, '保存 2 项');
      await sees(page, '有一项填的内容不合规则');
      await tap(page, '返回');
      await flat.waitFor();
    },
  },
  {
    name: 'what_was_withdrawn_by_mistake_comes_back_and_what_was_meant_goes',
    path: '/review',
    async run(page) {
      const withdraw = async () => {
        await tap(page, '撤掉这一条');
        await settle(page);
        await page.locator('.van-popup .btn.danger').click();
        await sees(page, '已撤掉');
      };
      const stood = () => page.locator('text=灯杆编号 0417');
      await stood().waitFor();
      await withdraw();
      await stood().waitFor({ state: 'detached' });
      await sees(page, '需要你 · 8');
      await undo(page);
      await stood().waitFor();
      await sees(page, '需要你 · 9');
      await withdraw();
      await page.locator('[aria-live] > .bar .cross').click();
      await gone(page, '已撤掉');
      await go(page, '/today');
      await go(page, '/review');
      await sees(page, '需要你 · 8');
    },
  },
  {
    name: 'who_was_entered_as_gone_by_mistake_is_found_at_the_empty_flat_and_taken_back',
    path: '/households',
    async run(page) {
      await page.locator('a.door.empty:has-text("202")').click();
      await tap(page, '以前住这里：吴**、吴*');
      await at(page, '/household/h2-202');
      await sees(page, '这一户已经搬空了');
      await page.locator('button:has-text("还住这里")').first().click();
      await sees(page, '吴**：记回来了');
      await gone(page, '这一户已经搬空了');
      await sees(page, '改好了，记一次走访');
      await sees(page, '不住这里了的人 · 1');
      await undo(page);
      await sees(page, '这一户已经搬空了');
      await sees(page, '不住这里了的人 · 2');
    },
  },
  {
    name: 'who_left_today_by_mistake_is_taken_back_in_the_history_or_among_who_lived_here',
    path: '/household/h1-302',
    async run(page) {
      const leaves = async () => {
        await tap(page, '有变化');
        await settle(page);
        await tap(page, '有人不住这儿了');
        await settle(page);
        await page.locator('.van-popup .row:visible').last().click();
        await settle(page);
        await page.locator('.van-popup .row:visible').first().click();
        await sees(page, '不住这里了的人 · 1');
        await settle(page);
      };
      await leaves();
      await tap(page, '撤销这次改动');
      await settle(page);
      await page.locator('.van-popup button:has-text("撤销这次改动")').click();
      await gone(page, '不住这里了的人');
      await settle(page);
      await leaves();
      await tap(page, '不住这里了的人');
      await tap(page, '还住这里');
      await sees(page, '记回来了');
      await gone(page, '不住这里了的人');
    },
  },
  {
    name: 'a_flat_taken_meanwhile_keeps_what_was_typed_and_leads_to_the_household_joined',
    path: '/dwelling/w1-302/person/new',
    async run(page) {
      await page.fill('#f-name', '谢玉兰');
      await tap(page, '保存 1 项');
      await sees(page, '刚才有人在这套房登记了一户');
      await tap(page, '就是这一户，加进来');
      await at(page, '/household/h1-302');
      await sees(page, '改好了，记一次走访');
      await undo(page);
      await gone(page, '改好了，记一次走访');
    },
  },
  ...['就是这一户，合成一户', '是另外一户，分开登记'].map((answer, n) => ({
    name: `a_household_that_moves_to_a_taken_flat_is_${n === 0 ? 'put_together' : 'beside'}_when_the_worker_says_so`,
    path: '/household/h2-201/edit',
    async run(page) {
      await tap(page, '搬到别处了');
      await settle(page);
      await page.locator('.van-popup .kind:has-text("2幢"):visible').click();
      await page.locator('.van-popup .kind:has-text("1单元 302"):visible').click();
      await settle(page);
      await page.fill('#h-note', '白天没人');
      await tap(page, '保存');
      await sees(page, '这套房已经登记了另一户');
      await tap(page, answer);
      await at(page, '/household/h2-201');
      await sees(page, n === 0 ? '合并了，人都在一户里' : '这一户改好了');
      await sees(page, '白天没人');
    },
  })),
  {
    name: 'somebody_put_into_an_empty_flat_by_mistake_leaves_it_empty_when_undone',
    path: '/unplaced',
    async run(page) {
      await tap(page, '归到一户');
      await tap(page, '2幢');
      await page.locator('.van-popup .kind:has-text("2单元 602")').click();
      await sees(page, '选一下居住方式');
      await tap(page, '租住');
      await sees(page, '已归到 2幢2单元 602');
      await undo(page);
      await go(page, '/households');
      await page.locator('a.door.empty:has-text("602")').waitFor();
    },
  },
];
