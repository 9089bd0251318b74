// What a worker and a desk do, step by step, with the memory carrier and under the strict policy. A step that finds
// nothing to press or to read fails the flow.
import assert from 'node:assert/strict';
import { formFlows } from './flows-forms.mjs';
import { at, go, pin, reads, sees, settle, tap, tapTwice, underBar, undo, waiting } from './hand.mjs';

/** In every size of letters the bar of what was just done leaves all buttons free. */
const barFlows = [
  ['', 'in_plain_type'],
  ['big=1', 'in_big_type'],
  ['big=3', 'in_the_largest_type'],
].map(([look, name]) => ({
  name: `the_undo_bar_lies_over_no_button_${name}`,
  query: `patrol=walking&${look}`,
  path: '/household/h1-301',
  async run(page) {
    const overNothing = async (where) => {
      const under = await underBar(page);
      assert.equal(under.length, 0, `${where}: the bar lies over ${under.join(', ')}`);
    };
    await tap(page, '都没变，记一次走访');
    await sees(page, '走访记下了');
    await page.locator('.bar .undo').hover();
    for (const path of ['', '/today', '/households', '/incidents', '/me', '/me/week', '/incident/i1', '/patrol']) {
      if (path) await go(page, path);
      await settle(page);
      await overNothing(path || 'the household');
    }
    await page.locator('.bar .cross').click();
    await page.locator('[aria-live] > .bar').waitFor({ state: 'detached' });
    // Over a sheet it is above the sheet's own buttons, and can be pressed.
    await go(page, '/incident/i3');
    await tap(page, '补充说明');
    await tap(page, '补一张照片');
    await page.locator('.van-popup .photo .remove').first().click();
    await sees(page, '照片已删掉');
    await settle(page);
    await overNothing('a sheet');
    await undo(page);
    await page.locator('.van-popup .photo').first().waitFor();
  },
}));

/** From the welcome to the page that asks for a new PIN. */
const toNewPin = async (page) => {
  await tap(page, '开始登记');
  await page.fill('#address', 'county.example:8443');
  await page.fill('#code', '7K3M9QXT4HBRT6W2ZC5D');
  await tap(page, '下一步');
};

export const flows = [
  ...barFlows,
  {
    name: 'a_worker_enrols_with_a_typed_code_and_a_pin',
    query: 'phase=new&first=1',
    async run(page) {
      await tap(page, '开始登记');
      await page.fill('#address', '192.168.1.20:8443');
      await page.fill('#code', '7k3u');
      await sees(page, '码里不会有');
      await page.fill('#code', '7k3m-9qxt-4hbr-t6w2-zc5d');
      await sees(page, '20 位齐了');
      await tap(page, '下一步');
      await pin(page, '258036');
      await pin(page, '258037');
      await sees(page, '两遍不一样');
      await reads(page);
      await pin(page, '258036');
      await pin(page, '258036');
      await at(page, '/first-sync');
      await sees(page, '都在手机里了');
      await tap(page, '开始用');
      await at(page, '/today');
    },
  },
  {
    name: 'what_was_typed_to_enrol_before_the_process_died_is_there_again_and_can_be_thrown_away',
    query: 'phase=new&first=1&typed=1',
    async run(page) {
      await sees(page, '上次没填完的');
      await sees(page, '20 位齐了');
      assert.equal(await page.inputValue('#address'), '192.168.1.20:8443');
      await tap(page, '不要了，清空');
      await page.locator('.van-popup .btn.danger').click();
      await sees(page, '草稿已清空');
      assert.equal(await page.inputValue('#code'), '');
      await undo(page);
      await sees(page, '20 位齐了');
      await tap(page, '下一步');
      await pin(page, '258036');
      await pin(page, '258036');
      await at(page, '/first-sync');
    },
  },
  {
    name: 'who_enrols_without_signal_is_told_what_is_so_and_types_nothing_twice',
    query: 'phase=new&first=1&net=off',
    async run(page) {
      await tap(page, '开始登记');
      await page.fill('#address', '192.168.1.20:8443');
      await page.fill('#code', '7k3m-9qxt-4hbr-t6w2-zc5d');
      await tap(page, '下一步');
      await pin(page, '258036');
      await pin(page, '258036');
      await sees(page, '这部手机还没登记上');
      await sees(page, '填的地址和登记码都留着');
      assert.equal(await page.locator('text=接着干活').count(), 0);
      assert.equal(await page.locator('text=记下的都在手机里').count(), 0);
      assert.match(await page.inputValue('#code'), /7K3M/i);
      await page.evaluate(() => dispatchEvent(new CustomEvent('testing:net', { detail: 'on' })));
      await tap(page, '再试一次');
      await at(page, '/first-sync');
    },
  },
  {
    name: 'who_is_locked_out_without_signal_is_told_that_the_records_are_safe',
    query: 'phase=needs_desk&net=off',
    path: '/needs-desk',
    async run(page) {
      await tap(page, '我拿到恢复码了');
      await page.fill('#code', '7k3m-9qxt-4hbr-t6w2-zc5d');
      await tap(page, '下一步');
      await pin(page, '258036');
      await pin(page, '258036');
      await sees(page, '手机还没打开');
      await sees(page, '手机里的记录没有动，没送出去的也都在');
      assert.equal(await page.locator('text=接着干活').count(), 0);
      await page.evaluate(() => dispatchEvent(new CustomEvent('testing:net', { detail: 'on' })));
      await tap(page, '再试一次');
      await at(page, '/today');
    },
  },
  {
    name: 'the_first_sync_counts_nothing_before_the_county_has_said_how_many',
    query: 'first=asking',
    path: '/first-sync',
    async run(page) {
      await sees(page, '正在问县里有多少条');
      assert.equal(await page.locator('text=0 / 0').count(), 0);
      assert.equal(await page.locator('[role=progressbar]').getAttribute('aria-valuenow'), '0');
    },
  },
  {
    name: 'a_worker_enrols_with_a_picture_of_the_code',
    query: 'phase=new&first=1',
    async run(page) {
      await tap(page, '开始登记');
      await page.setInputFiles('input[type=file]', { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') });
      await sees(page, '这张图里没认出二维码');
      await tap(page, '拍下二维码');
      await sees(page, '县里的地址是 192.168.1.20:8443');
      await tap(page, '下一步');
      await pin(page, '258036');
      await pin(page, '258036');
      await at(page, '/first-sync');
    },
  },
  {
    name: 'a_picture_that_outlived_the_process_brings_the_worker_back_to_its_form',
    query: 'camera_died=1',
    path: '/today',
    async run(page) {
      await at(page, '/report');
      await sees(page, '上次拍的照片找回来了');
      assert.equal(await page.locator('.photo').count(), 1);
    },
  },
  {
    name: 'a_photo_just_taken_has_not_come_back_and_one_of_an_earlier_visit_has',
    path: '/report',
    async run(page) {
      const told = page.locator('text=都在这里，接着填');
      await tap(page, '拍照');
      await page.locator('.photo').waitFor();
      assert.equal(await told.count(), 0);
      await go(page, '/today');
      await go(page, '/report');
      await sees(page, '上次拍的 1 张照片都在这里');
    },
  },
  {
    name: 'a_report_before_the_categories_came_is_told_so_and_keeps_what_was_typed',
    query: 'categories=none',
    path: '/report',
    async run(page) {
      await sees(page, '县里的事件类别还没送到这部手机');
      await sees(page, '类别到了才能上报，填的都留着');
      assert.equal(await page.locator('.kind').count(), 0);
      await page.fill('#r-text', '四辆电动车');
      await tap(page, '拍照');
      await page.locator('.photo').waitFor();
      assert.equal(await page.locator('.foot button:has-text("上报处理")').isDisabled(), true);
      await page.evaluate(() => dispatchEvent(new Event('testing:categories')));
      await tap(page, '占用消防通道');
      await tap(page, '上报处理');
      await at(page, '/incident/');
      await sees(page, '四辆电动车');
    },
  },
  {
    name: 'in_big_type_a_report_goes_on_to_its_words_before_the_categories_came',
    query: 'categories=none&big=3',
    path: '/report',
    async run(page) {
      await tap(page, '不拍照，下一步');
      await sees(page, '县里的事件类别还没送到这部手机');
      await tap(page, '下一步');
      await page.fill('#r-text', '四辆电动车');
      await tap(page, '下一步');
      await sees(page, '类别到了才能上报，填的都留着');
    },
  },
  {
    name: 'a_page_out_of_touch_with_its_core_says_so_in_view_and_what_to_do',
    query: 'due=all',
    path: '/today',
    async run(page) {
      await tap(page, '全部');
      await page.evaluate(() => window.scrollTo(0, 700));
      await page.evaluate(() => dispatchEvent(new Event('testing:core')));
      const told = page.locator('.touch');
      await told.waitFor();
      assert.match(await told.innerText(), /关掉巡格再打开/);
      await settle(page);
      const [top, moved] = await told.evaluate((node) => [node.getBoundingClientRect().top, window.scrollY]);
      assert.ok(moved > 300 && top >= -1 && top < 2, `at ${top} after ${moved}`);
    },
  },
  {
    name: 'the_same_thing_is_not_reported_twice',
    path: '/report',
    async run(page) {
      await tap(page, '拍照');
      await sees(page, '已定位');
      await tap(page, '占用消防通道');
      await sees(page, '米内有一件相似的');
      await tap(page, '是同一件，补充进去');
      await page
        .locator('.van-popup button:has-text("补充进去"), .van-dialog button:has-text("补充进去")')
        .last()
        .click();
      await at(page, '/incident/i1');
      await sees(page, '补充进去了');
    },
  },
  {
    name: 'what_the_county_asked_for_is_added_with_a_photo_and_the_words_come_back',
    path: '/incident/i3',
    async run(page) {
      await tap(page, '补充说明');
      await page.fill('#i-text', '是 5 幢 1 单元的');
      await tap(page, '补一张照片');
      await page.locator('.van-popup .photo').first().waitFor();
      await page.locator('.van-popup button[aria-label="关闭"]').first().click();
      await settle(page);
      await page.evaluate(() => (window.location.hash = '#/today'));
      await at(page, '/today');
      await page.evaluate(() => (window.location.hash = '#/incident/i3'));
      await sees(page, '草稿已存');
      assert.equal(await page.inputValue('#i-text'), '是 5 幢 1 单元的');
      await page.locator('.van-popup button:has-text("保存")').click();
      await sees(page, '补充好了');
    },
  },
  {
    name: 'households_are_found_by_what_is_near_and_what_was_visited_last',
    path: '/households',
    async run(page) {
      await tap(page, '附近');
      await sees(page, '22 米');
      await tap(page, '2幢 · ');
      await sees(page, '6层');
      await tap(page, '最近');
      await page.locator('.piece a').first().click();
      await at(page, '/household/');
    },
  },
  {
    name: 'a_weak_pin_is_told_and_chosen_again',
    query: 'phase=new&first=1',
    async run(page) {
      await toNewPin(page);
      await pin(page, '123456');
      await sees(page, '这个密码太容易猜到');
      await reads(page);
      await pin(page, '258036');
      await sees(page, '再输一遍');
      await pin(page, '258036');
      await at(page, '/first-sync');
    },
  },
  {
    name: 'back_from_the_second_time_of_a_pin_leads_to_the_first',
    query: 'phase=new&first=1&slow=250',
    async run(page) {
      await toNewPin(page);
      await pin(page, '258036');
      await sees(page, '再输一遍');
      await tap(page, '返回');
      await sees(page, '设一个六位密码');
      await pin(page, '258036258036');
      await at(page, '/first-sync');
    },
  },
  {
    name: 'the_right_pin_opens_and_wrong_ones_count',
    query: 'phase=locked',
    path: '/unlock',
    async run(page) {
      await pin(page, '000000');
      await sees(page, '还可以试 7 次');
      await pin(page, '258036');
      await at(page, '/today');
    },
  },
  {
    name: 'a_new_tenant_is_told_on_the_page_until_somebody_met_them',
    path: '/household/h2-402',
    async run(page) {
      await sees(page, '新租户，还没有人见过面');
      await tap(page, '都没变，记一次走访');
      await page.locator('text=新租户，还没有人见过面').waitFor({ state: 'detached' });
      await sees(page, '今天');
    },
  },
  {
    name: 'a_visit_is_one_touch_and_can_be_undone',
    path: '/today',
    async run(page) {
      await tap(page, '2幢1单元 301');
      await at(page, '/household/h1-301');
      await tap(page, '都没变，记一次走访');
      await sees(page, '走访记下了');
      await sees(page, '这一期已算过');
      await undo(page);
      await page.locator('text=走访记下了').first().waitFor({ state: 'detached' });
    },
  },
  {
    name: 'in_big_type_a_closed_door_leads_on_to_the_next_one_and_any_can_be_chosen',
    query: 'big=1',
    path: '/today',
    async run(page) {
      await tap(page, '先去 2幢1单元 301');
      await at(page, '/household/h1-301');
      await tap(page, '没见到人');
      await tap(page, '敲门没人应');
      await sees(page, '记下了：没见到人');
      await go(page, '/today');
      await sees(page, '先去 2幢2单元 402');
      await tap(page, '换一户');
      await page.locator('.van-popup a:has-text("2幢1单元 301"):has-text("今天去过")').waitFor();
      await page.locator('.van-popup a:has-text("2幢2单元 601")').click();
      await at(page, '/household/h2-601');
    },
  },
  {
    name: 'a_visit_that_is_not_to_count_for_a_service_leaves_it_due_and_says_so',
    path: '/household/h1-301',
    async run(page) {
      await page.locator('.count[aria-checked=true]').click();
      await page.locator('.count[aria-checked=false]').waitFor();
      await tap(page, '记一次走访');
      await sees(page, '走访记下了');
      await sees(page, '今天去过，没算这一项');
      assert.equal(await page.locator('.count').count(), 0, 'nothing is ticked that does not count');
      await tap(page, '再记一次');
      await page.locator('.count[aria-checked=true]').waitFor();
      await tap(page, '记一次走访');
      await sees(page, '这一期');
    },
  },
  {
    name: 'back_closes_the_sheet_before_it_leaves_the_page',
    path: '/households',
    async run(page) {
      await page.locator('a.door').first().click();
      await at(page, '/household/');
      await tap(page, '没见到人');
      await sees(page, '敲门没人应');
      await settle(page);
      await page.goBack();
      await page.locator('text=敲门没人应').first().waitFor({ state: 'hidden' });
      await at(page, '/household/');
      await page.goBack();
      await at(page, '/households');
    },
  },
  {
    name: 'back_finds_the_list_unfolded_and_where_it_was',
    query: 'due=all',
    path: '/today',
    async run(page) {
      await tap(page, '全部');
      await page.evaluate(() => window.scrollTo(0, 900));
      await settle(page);
      const before = await page.evaluate(() => window.scrollY);
      assert.ok(before > 700, `the list is long: ${before}`);
      await page.locator('a[href*="household"]:visible').nth(12).click();
      await at(page, '/household/');
      await sees(page, '记一次走访');
      await page.goBack();
      await at(page, '/today');
      await page.waitForFunction((y) => Math.abs(window.scrollY - y) < 3, before);
    },
  },
  ...[
    ['', 'a_wide_building_stays_where_it_was_and_its_floors_in_view'],
    ['big=3', 'in_large_letters_a_building_opens_at_the_staircase_it_was_left_at'],
  ].map(([query, name]) => ({
    name,
    query,
    path: '/households',
    async run(page) {
      await page.locator('.building:has-text("3幢")').click();
      if (query) await page.locator('.stairs button:has-text("4 单元")').click();
      else await page.locator('.heads .unit:has-text("4 单元")').waitFor({ state: 'attached' });
      await page.locator('.grid').evaluate((grid) => (grid.scrollLeft = 200));
      await settle(page);
      const left = await page.locator('.grid').evaluate((grid) => grid.scrollLeft);
      if (!query) assert.ok(left > 150, `the building is wide: ${left}`);
      const labels = page.locator('.grid .floor:not(.heads) .number');
      const [label, box] = [await labels.first().boundingBox(), await page.locator('.grid').boundingBox()];
      assert.ok(label.x >= box.x && label.x < box.x + 20, `the floor's number is in view: ${label.x}`);
      await page
        .locator('.grid a.door')
        .nth(query ? 2 : 5)
        .click();
      await at(page, '/household/');
      await page.goBack();
      await at(page, '/households');
      if (query) await page.locator('.stairs button.on:has-text("4 单元")').waitFor();
      await page.waitForFunction((x) => document.querySelector('.grid')?.scrollLeft === x, left);
      // Another building has its own place.
      await page.locator('.building:has-text("2幢")').click();
      await page.waitForFunction(() => document.querySelector('.grid')?.scrollLeft === 0);
    },
  })),
  {
    name: 'a_person_is_added_by_id_and_birth_and_sex_fill_themselves',
    path: '/household/h1-302/person/new',
    async run(page) {
      await page.fill('#f-name', '谢玉兰');
      await page.locator('#f-citizen_id').click();
      for (const key of '990101194203120022')
        await page.locator(`.board button.key:has-text("${key}")`).first().click();
      await tap(page, '好了');
      const text = await page.locator('.private').first().innerText();
      if (text.includes('号码没问题')) assert.match(text, /1942-03-12/);
      else assert.match(text, /对不上/);
      await tap(page, '拒绝提供');
      await tap(page, '保存');
      await sees(page, '登记好了');
      await at(page, '/household/h1-302');
      await sees(page, '改好了，记一次走访');
    },
  },
  {
    name: 'a_patrol_is_started_paused_and_ended_by_the_worker',
    path: '/today',
    async run(page) {
      await tap(page, '开始巡查');
      await at(page, '/patrol');
      await sees(page, '记录中');
      await tap(page, '到点');
      await tap(page, '东门消防通道');
      await tap(page, '我到这个点了');
      await sees(page, '已记到点');
      await tap(page, '暂停');
      await sees(page, '已暂停');
      await tap(page, '接着走');
      await tap(page, '结束巡查');
      await sees(page, '结束这次巡查');
      await settle(page);
      await page.locator('.van-popup button:has-text("结束巡查")').click();
      await sees(page, '巡查小结');
    },
  },
  {
    name: 'in_big_type_both_patrols_done_lead_to_their_summaries_and_to_one_more_round',
    query: 'big=1&patrol=done',
    path: '/today',
    async run(page) {
      await sees(page, '今天两次巡查都完成了');
      await tap(page, '看小结，再走一圈');
      await at(page, '/patrol');
      await tap(page, '看小结');
      await sees(page, '巡查小结');
      await tap(page, '回到巡查');
      await tap(page, '再走一圈');
      await settle(page);
      await page.locator('.van-popup button:has-text("开始巡查")').click();
      await sees(page, '记录中');
      await tap(page, '结束');
      await settle(page);
      await page.locator('.van-popup button:has-text("结束")').click();
      await sees(page, '巡查小结');
      await tap(page, '回到巡查');
      await tap(page, '16:20 又走了一圈');
      await sees(page, '巡查小结');
    },
  },
  {
    name: 'a_second_quick_tap_neither_closes_nor_answers_the_question_the_first_one_opened',
    query: 'patrol=done',
    path: '/patrol',
    async run(page) {
      const again = page.locator('button:has-text("再走一圈")');
      const box = await again.boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const asked = page.locator('.van-popup:has-text("再走一圈"):visible');
      // The first question of all brings its code along; the second one is there at once.
      for (const wait of [0, 60, 150]) {
        await page.touchscreen.tap(x, y);
        await page.waitForTimeout(wait);
        await page.touchscreen.tap(x, y);
        await settle(page);
        await asked.waitFor();
        await tap(page, '先不');
        await asked.waitFor({ state: 'hidden' });
        await settle(page);
      }
      assert.equal(await page.locator('text=记录中').count(), 0);
      await page.touchscreen.tap(x, y);
      await settle(page);
      await page.touchscreen.tap(x, 40);
      await asked.waitFor({ state: 'hidden' });
    },
  },
  {
    name: 'an_incident_goes_up_photo_first',
    path: '/report',
    async run(page) {
      await tap(page, '拍照');
      await sees(page, '已定位');
      await tap(page, '占用消防通道');
      await page.fill('#r-text', '四辆电动车');
      await tap(page, '上报处理');
      await at(page, '/incident/');
      await sees(page, '四辆电动车');
      await page.locator('.photo .open').first().click();
      await page.locator('.viewer').waitFor();
      await page.goBack();
      await page.locator('.viewer').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'a_conflict_is_decided_by_a_human',
    path: '/review',
    async run(page) {
      await sees(page, '两人都改了');
      await tap(page, '用我的');
      await sees(page, '定好了');
      await sees(page, '需要你 · 8');
      await tap(page, '是一户，合并');
      await sees(page, '合并了，人都在一户里');
      await sees(page, '需要你 · 7');
      await tap(page, '是两户');
      await sees(page, '记下了，以后不再问');
      await sees(page, '需要你 · 6');
      await tap(page, '合并');
      await sees(page, '合并了，两份记录都留着');
      await sees(page, '需要你 · 5');
    },
  },
  ...[
    [100, 160],
    [250, 380],
    [250, 540],
    [250, 820],
  ].map(([slow, apart]) => ({
    name: `a_second_tap_after_${apart}_ms_on_a_phone_that_takes_${slow}_ms_does_nothing_twice`,
    query: `slow=${slow}`,
    path: '/household/h1-301',
    async run(page) {
      await tapTwice(page, page.locator('.btn:has-text("都没变，记一次走访")'), apart);
      await sees(page, '今天');
      await go(page, '/household/h2-202');
      await tapTwice(page, page.locator('button:has-text("还住这里")').first(), apart);
      assert.equal(await page.locator('text=没有成功').count(), 0);
      assert.equal(await waiting(page), 5);
    },
  })),
  ...[120, 250, 350].map((apart) => ({
    name: `a_second_tap_after_${apart}_ms_presses_nothing_that_came_under_the_finger`,
    path: '/review',
    async run(page) {
      // The next pair moves up.
      const pairs = page.locator('.btn:has-text("是一户，合并")');
      await tapTwice(page, pairs.first(), apart);
      await sees(page, '需要你 · 8');
      await tapTwice(page, pairs.first(), apart);
      await sees(page, '需要你 · 7');
      assert.equal(await waiting(page), 5);
      // A sheet leaves, and beneath it is the button that records a visit.
      await go(page, '/household/h1-301');
      await tap(page, '没见到人');
      await tapTwice(page, page.locator('.van-popup .btn:has-text("敲门没人应")'), apart);
      assert.equal(await waiting(page), 6);
      // One comes up.
      await go(page, '/household/h1-501');
      await tapTwice(page, page.locator('button:has-text("撤销合并")').first(), apart);
      await tapTwice(page, page.locator('.van-popup .btn:has-text("撤销合并")'), apart);
      assert.equal(await waiting(page), 7);
      // Another page comes.
      await go(page, '/review');
      await tapTwice(page, page.locator('.card a.quiet-link').first(), apart);
      await at(page, '/household/');
      assert.equal(await waiting(page), 7);
    },
  })),
  {
    name: 'big_type_is_one_touch_away_and_has_four_tabs',
    path: '/me',
    async run(page) {
      await page.locator('[role=switch]').first().click();
      await page.waitForFunction(() => document.documentElement.hasAttribute('data-big'));
      assert.equal(await page.locator('nav .tab').count(), 4);
    },
  },
  {
    name: 'the_desk_accepts_dispatches_and_answers',
    desk: true,
    query: 'login=1',
    path: '/',
    async run(page) {
      await page.fill('#name', 'fumin');
      await page.fill('#password', 'wrong');
      await page.keyboard.press('Enter');
      await sees(page, '账号或密码不对');
      await page.fill('#password', 'right');
      await page.keyboard.press('Enter');
      await sees(page, '占用消防通道');
      await page.locator('.side .btn:has-text("受理")').click();
      await page.locator('.side .btn:has-text("派给部门")').click();
      await page.locator('.side .el-select').click();
      await page.locator('.el-select-dropdown__item:has-text("物业")').click();
      await page.locator('.side .btn:has-text("确定")').click();
      await page.locator('.side .btn:has-text("填写处理结果")').click();
      await page.locator('.side textarea').fill('通道已清空');
      await page.locator('.side .btn:has-text("确定")').click();
      await page.locator('.side .btn:has-text("核查通过")').click();
      await page.locator('.side textarea').fill('看过了');
      await page.locator('.side .btn:has-text("确定")').click();
      await page.locator('.side .btn:has-text("结案并回音")').click();
      assert.equal(await page.locator('.side .btn:has-text("确定")').isDisabled(), true);
      await page.locator('.side textarea').fill('通道清出来了，请去看一眼');
      await page.locator('.side .btn:has-text("确定")').click();
      await page.locator('.case .tag:has-text("已结案")').waitFor();
    },
  },
  {
    name: 'the_numbers_of_the_navigation_follow_what_was_decided',
    desk: true,
    path: '/review',
    async run(page) {
      const left = (name, n) =>
        page.locator(`.nav .link:has-text("${name}") .count`, { hasText: n }).waitFor({ state: 'attached' });
      await left('核对', /^1$/);
      await page.locator('tr .open').first().click();
      await page.locator('.el-dialog .btn:has-text("用这个")').first().click();
      await left('核对', /^$/);
      await tap(page, '撤销，重新核对');
      await left('核对', /^1$/);
      await tap(page, '一人两处');
      await left('一人两处', /^1$/);
      await page.locator('tr .open').first().click();
      await page.locator('.el-dialog .btn:has-text("不是同一个人")').click();
      await left('一人两处', /^$/);
    },
  },
  {
    name: 'the_desk_gives_no_verdict_on_a_round_under_way',
    desk: true,
    path: '/patrols',
    async run(page) {
      const row = page.locator('tr:has-text("巡查中")');
      await row.waitFor();
      assert.doesNotMatch(await row.innerText(), /0 秒|0 米|0 \/ 0|无/);
      await row.click();
      const box = page.locator('.el-dialog');
      await box.locator('text=9:30 开始').first().waitFor();
      assert.equal(await box.locator('li:has-text("还没说")').count(), 7);
      assert.equal(await box.locator('text=没到').count(), 0);
      assert.equal(await box.locator('text=中断：').count(), 0);
      await page.evaluate(() => (window.location.hash = '#/grids/a4/map'));
      const last = page.locator('.side .row:has-text("何军")').first();
      await last.locator('.tag:has-text("巡查中")').waitFor();
      assert.doesNotMatch(await last.innerText(), /没有中断|0\/0/);
    },
  },
  {
    name: 'what_changed_meanwhile_is_shown_anew_and_nothing_was_erased',
    desk: true,
    query: 'centre=1&meanwhile=1',
    path: '/grids/a3/households',
    async run(page) {
      await page.locator('tr:has-text("孔**")').first().click();
      await page.locator('.el-dialog').first().locator('.person:has-text("胡**") .erase').click();
      const ask = page.locator('.el-dialog:has-text("依法删除")').last();
      await ask.locator('input.field').fill('示范〔2026〕第 3 号');
      await ask.locator('label:has-text("本人撤回同意")').click();
      await ask.locator('.btn:has-text("确认删除")').click();
      await ask.locator('text=还什么都没有删').waitFor();
      assert.equal(await ask.locator('text=有人办了这件事').count(), 0);
      await ask.locator('.btn:has-text("确认删除")').click();
      await sees(page, '已删除 2 条记录');
    },
  },
  {
    name: 'a_ledger_of_a_heading_alone_is_not_called_ready',
    desk: true,
    path: '/imports?area=a3',
    async run(page) {
      const bytes = Buffer.from('姓名,住址\n');
      await page.setInputFiles('input[type=file]', { name: '表头.csv', mimeType: 'text/csv', buffer: bytes });
      await page.locator('.card .btn.main').click();
      await sees(page, '表里只有表头');
      assert.equal(await page.locator('text=没有问题，可以导入').count(), 0);
      assert.equal(await page.locator('.go .btn.main').isDisabled(), true);
    },
  },
  {
    name: 'the_desk_speaks_the_other_language_and_keeps_it_over_a_reload',
    desk: true,
    query: 'login=1',
    path: '/',
    async run(page) {
      await page.getByRole('button', { name: 'English' }).click();
      await sees(page, 'Log in');
      await page.reload();
      await sees(page, 'Log in');
      await page.getByRole('button', { name: '中文' }).click();
      await page.locator('button:has-text("登录")').waitFor();
    },
  },
  {
    name: 'the_county_erases_a_person_by_law',
    desk: true,
    query: 'centre=1',
    path: '/grids',
    async run(page) {
      await page.locator('text=富民三格').first().click();
      await page.getByText('住户', { exact: true }).click();
      await page.locator('tr:has-text("孔**")').first().click();
      const box = page.locator('.el-dialog').first();
      await box.locator('.person:has-text("胡**") .erase').click();
      const ask = page.locator('.el-dialog:has-text("依法删除")').last();
      const go = ask.locator('.btn:has-text("确认删除")');
      await ask.locator('text=以上 2 条记录已合为一人').waitFor();
      assert.match(await ask.locator('.who').innerText(), /儿子 · 56 岁[^]*142\*{4}2207/);
      await ask.locator('input.field').fill('示范〔2026〕第 3 号');
      assert.equal(await go.isDisabled(), true, 'not without a ground');
      await ask.locator('label:has-text("本人撤回同意")').click();
      await go.click();
      await sees(page, '已删除 2 条记录');
      assert.equal(await box.locator('.person').count(), 1);
    },
  },
  ...formFlows,
];
