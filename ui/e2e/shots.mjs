// The screens, one entry each: where it is, which scene it needs, what is done before the picture; `daily` ones are
// looked at in every run of the tests, `only` says the scenes a screen exists in (by how their names begin), `fails` that
// a failure is what the picture shows.
const press = (text) => async (page) =>
  page.locator(`button:has-text("${text}"), a:has-text("${text}")`).first().click();
/** First of several words, one per language. */
const either =
  (...words) =>
  async (page) => {
    const found = words.map((w) => `button:has-text("${w}"), a:has-text("${w}")`).join(', ');
    await page.locator(found).first().click();
  };

/** In big type a report goes step by step; otherwise all of it is there. */
async function steps(page, n) {
  for (let i = 0; i < n; i++) {
    const next = page.locator('.foot button:has-text("下一步"), .foot button:has-text("Next")');
    if (await next.count()) await next.first().click();
  }
}

export const phoneShots = [
  { name: '01-enrol', daily: true, path: '/enrol', query: 'phase=new' },
  {
    name: '02-enrol-code',
    path: '/enrol',
    query: 'phase=new',
    act: async (page) => {
      await either('开始登记', 'Begin')(page);
      await page.fill('#address', '192.168.1.20:8443');
      await page.fill('#code', '7K3M-9QXT-4HB');
    },
  },
  {
    name: '03-enrol-pin',
    path: '/enrol',
    query: 'phase=new',
    act: async (page) => {
      await either('开始登记', 'Begin')(page);
      await page.fill('#address', '192.168.1.20:8443');
      await page.fill('#code', '7K3M9QXT4HBRT6W2ZC5D');
      await either('下一步', 'Next')(page);
      await page.keyboard.type('258');
    },
  },
  {
    name: '02a-enrol-scanned',
    path: '/enrol',
    query: 'phase=new',
    act: async (page) => {
      await either('开始登记', 'Begin')(page);
      await either('拍下二维码', 'Photograph')(page);
    },
  },
  {
    name: '02b-enrol-no-code',
    fails: true,
    path: '/enrol',
    query: 'phase=new',
    act: async (page) => {
      await either('开始登记', 'Begin')(page);
      await page.setInputFiles('input[type=file]', { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') });
    },
  },
  {
    name: '02c-enrol-no-contact',
    path: '/enrol',
    query: 'phase=new&net=off',
    act: async (page) => {
      await either('开始登记', 'Begin')(page);
      await page.fill('#address', '192.168.1.20:8443');
      await page.fill('#code', '7K3M9QXT4HBRT6W2ZC5D');
      await either('下一步', 'Next')(page);
      for (let n = 0; n < 2; n++) {
        await page.keyboard.type('258036');
        await page.waitForTimeout(200);
      }
    },
  },
  { name: '04-first-sync', path: '/first-sync', query: 'first=1' },
  { name: '04b-first-sync-asking', path: '/first-sync', query: 'first=asking' },
  {
    name: '04a-first-sync-done',
    path: '/first-sync',
    query: 'first=1',
    act: async (page) => page.locator('.badge.done').waitFor({ timeout: 15_000 }),
  },
  {
    name: '05-unlock',
    daily: true,
    path: '/unlock',
    query: 'phase=locked',
    act: async (page) => {
      await page.keyboard.type('111111');
      await page.waitForTimeout(120);
    },
  },
  { name: '05a-forgot-pin', path: '/unlock', query: 'phase=locked', act: either('忘了密码', 'Forgot') },
  { name: '06-needs-desk', path: '/needs-desk', query: 'phase=needs_desk' },
  { name: '10-today', path: '/today', query: 'net=off' },
  { name: '10b-today-mended', path: '/today', query: 'mended=1' },
  { name: '11-today-full', daily: true, path: '/today', full: true },
  { name: '11b-today-another', path: '/today', only: 'big', act: either('换一户', 'Another') },
  { name: '11c-today-both-done', daily: true, path: '/today', query: 'patrol=done' },
  { name: '12-households', daily: true, path: '/households' },
  {
    name: '12a-households-wide',
    path: '/households',
    act: async (page) => {
      await page.locator('.building:has-text("3幢")').click();
      await page.waitForTimeout(200);
      await page.locator('.grid').evaluate((grid) => (grid.scrollLeft = 150));
    },
  },
  {
    name: '13-search',
    path: '/households',
    act: async (page) => {
      await page.fill('.search input', '2-1-3');
      await page.waitForTimeout(300);
    },
  },
  {
    name: '14-search-none',
    path: '/households',
    act: async (page) => {
      await page.fill('.search input', '9-9-9');
      await page.waitForTimeout(300);
    },
  },
  { name: '15-recent', daily: true, path: '/households', act: either('最近', 'Recent') },
  { name: '16-nearby', daily: true, path: '/households', act: either('附近', 'Nearby') },
  { name: '17-nearby-no-fix', path: '/households', query: 'nofix=1', act: either('附近', 'Nearby') },
  { name: '18-unplaced', daily: true, path: '/unplaced' },
  {
    name: '18a-unplaced-where',
    path: '/unplaced',
    act: async (page) => {
      await page.locator('.put').first().click();
      await page.locator('.van-popup .kind').nth(8).waitFor();
    },
  },
  { name: '20-household', path: '/household/h1-301' },
  { name: '21-household-full', daily: true, path: '/household/h1-301', full: true },
  { name: '22-reveal-reason', path: '/household/h1-301', act: either('看全', 'Show') },
  {
    name: '23-revealed',
    path: '/household/h1-301',
    act: async (page) => {
      await either('看全', 'Show')(page);
      await page.waitForTimeout(400);
      await either('登门核对', 'Checking at the door')(page);
    },
  },
  { name: '24-changed', path: '/household/h1-301', act: either('有变化', 'Changed…') },
  {
    name: '24a-leave-who',
    path: '/household/h1-301',
    act: async (page) => {
      await either('有变化', 'Changed…')(page);
      await page.waitForTimeout(350);
      await either('有人不住这儿了', 'Someone no longer')(page);
    },
  },
  {
    name: '24b-leave-why',
    path: '/household/h1-301',
    act: async (page) => {
      await either('有变化', 'Changed…')(page);
      await page.waitForTimeout(350);
      await either('有人不住这儿了', 'Someone no longer')(page);
      await page.waitForTimeout(350);
      await page.locator('.van-popup .row:visible').first().click();
    },
  },
  { name: '25-nobody', path: '/household/h1-301', act: either('没见到人', 'Nobody') },
  { name: '26-visited', path: '/household/h1-301', act: either('记一次走访', 'record visit') },
  {
    name: '26a-visited-and-on',
    path: '/household/h1-301',
    query: 'patrol=walking',
    act: async (page) => {
      await either('记一次走访', 'record visit')(page);
      await page.waitForTimeout(300);
      await page.evaluate(() => (window.location.hash = '#/patrol'));
      await page.waitForTimeout(600);
    },
  },
  { name: '27-household-form', path: '/household/h1-301/edit' },
  {
    name: '28-move',
    daily: true,
    path: '/household/h1-301/edit',
    act: either('搬到别处了', 'They moved'),
  },
  {
    name: '29-checks',
    path: '/household/h1-301',
    act: async (page) => {
      await page.locator('.answers').first().scrollIntoViewIfNeeded();
      await page.locator('.answer').first().click();
      await page.locator('.answers').nth(1).locator('.answer').nth(2).click();
      await page.evaluate(() => window.scrollBy(0, 120));
    },
  },
  { name: '30-person-form', daily: true, path: '/household/h1-301/person/p0', full: true },
  {
    name: '30a-person-cleared',
    path: '/household/h1-301/person/p0',
    act: async (page) => {
      for (let n = 0; n < 7 && !(await page.locator('#f-phone').count()); n++) await either('下一步', 'Next')(page);
      const phone = page.locator('.one:has(#l-phone)');
      await phone.locator('.clear button').click();
      await phone.scrollIntoViewIfNeeded();
    },
  },
  {
    name: '30b-person-which',
    only: 'big',
    path: '/household/h1-301/person/p0',
    act: either('直接选一项', 'Choose an item'),
  },
  {
    name: '31-person-id',
    path: '/household/h1-301/person/new',
    act: async (page) => {
      for (let n = 0; n < 7 && !(await page.locator('#f-citizen_id').count()); n++)
        await either('下一步', 'Next')(page);
      await page.locator('#f-citizen_id').click();
      await page.keyboard.type('99010119420312204');
    },
  },
  {
    name: '32-moved-in',
    path: '/dwelling/w2-602/person/new?door=2%E5%B9%A22%E5%8D%95%E5%85%83%20602',
  },
  {
    name: '32a-moved-in-former',
    daily: true,
    path: '/dwelling/w2-202/person/new?door=2%E5%B9%A22%E5%8D%95%E5%85%83%20202',
  },
  {
    name: '33-home-taken',
    daily: true,
    path: '/dwelling/w1-302/person/new?door=2%E5%B9%A21%E5%8D%95%E5%85%83%20302',
    act: async (page) => {
      await page.fill('#f-name', '谢玉兰');
      while (await page.locator('.walk .btn').count()) {
        const next = page.locator('.walk button:has-text("下一步"), .walk button:has-text("Next")');
        if (!(await next.count())) break;
        await next.first().click();
      }
      await page.locator('.foot .btn').last().click();
      await page.locator('.card.amber .btn').first().waitFor();
      await page.evaluate(() => window.scrollTo(0, 0));
    },
  },
  { name: '40-patrol-start', path: '/patrol' },
  { name: '40a-patrol-both-done', daily: true, path: '/patrol', query: 'patrol=done' },
  { name: '41-patrol', daily: true, path: '/patrol', query: 'patrol=walking', wait: 700 },
  {
    name: '42-patrol-points',
    path: '/patrol',
    query: 'patrol=walking',
    act: async (page) => page.locator('.trio button').click(),
  },
  { name: '42a-patrol-paused', path: '/patrol', query: 'patrol=walking', wait: 600, act: either('暂停', 'Pause') },
  { name: '43-patrol-stop', path: '/patrol', query: 'patrol=walking', act: either('结束巡查', 'End patrol') },
  {
    name: '44-patrol-summary',
    path: '/patrol',
    query: 'patrol=walking',
    wait: 700,
    act: async (page) => {
      await either('结束巡查', 'End patrol')(page);
      await page.waitForTimeout(400);
      await page.locator('.van-popup .btn').first().click();
      await page.waitForTimeout(500);
    },
  },
  { name: '50-report', path: '/report' },
  { name: '50b-report-no-categories', path: '/report', query: 'categories=none', full: true },
  { name: '51-report-draft', path: '/report', query: 'draft=1' },
  { name: '52-report-full', daily: true, path: '/report', query: 'draft=1', full: true },
  { name: '50a-report-no-fix', path: '/report', query: 'nofix=1', full: true },
  {
    name: '52a-report-where',
    only: 'big',
    path: '/report',
    query: 'draft=1',
    act: async (page) => steps(page, 2),
  },
  {
    name: '52b-report-check',
    only: 'big',
    path: '/report',
    query: 'draft=1',
    act: async (page) => steps(page, 3),
  },
  { name: '52c-photo-back', path: '/today', query: 'camera_died=1', wait: 500 },
  {
    name: '53-solved',
    path: '/report',
    query: 'draft=1',
    act: async (page) => {
      await steps(page, 3);
      await either('已当场解决', 'Solved on the spot')(page);
    },
  },
  { name: '54-incidents', path: '/incidents' },
  { name: '55-incident', daily: true, path: '/incident/i4', full: true },
  { name: '56-returned', path: '/incident/i3' },
  { name: '56a-supplement', path: '/incident/i3', act: either('补充说明', 'Add to it', 'Add') },
  {
    name: '56b-rate',
    path: '/incident/i4',
    act: either('评价', 'Rate'),
  },
  { name: '57-photo', path: '/incident/i1', act: async (page) => page.locator('.photo .open').first().click() },
  { name: '25-household-twice', daily: true, path: '/household/h1-501', full: true },
  { name: '25a-household-joined', daily: true, path: '/household/h2-401', full: true },
  { name: '25b-household-left', daily: true, path: '/household/h2-202', full: true },
  {
    name: '25c-household-former',
    path: '/household/h1-302',
    full: true,
    act: async (page) => {
      await either('有变化', 'Changed…')(page);
      await page.waitForTimeout(350);
      await either('有人不住这儿了', 'Someone no longer')(page);
      await page.waitForTimeout(350);
      await page.locator('.van-popup .row:visible').last().click();
      await page.waitForTimeout(350);
      await page.locator('.van-popup .row:visible').first().click();
      await page.waitForTimeout(350);
      await either('不住这里了的人', 'Do not live here')(page);
    },
  },
  { name: '60-review', daily: true, path: '/review', full: true },
  { name: '61-third', path: '/review', act: either('都不对', 'Neither') },
  {
    name: '62-refused',
    daily: true,
    path: '/review/refused/41:35',
    full: true,
  },
  {
    name: '63-review-none',
    path: '/review',
    act: async (page) => {
      for (let n = 0; n < 2; n++) {
        await page.locator('.sides + .pair button').first().click();
        await page.waitForTimeout(250);
      }
      for (let n = 0; n < 2; n++) {
        await either('合并', 'Merge', 'One: put together')(page);
        await page.waitForTimeout(250);
      }
      await either('还住这里', 'They live here')(page);
      await page.waitForTimeout(250);
      for (let n = 0; n < 2; n++) {
        await either('撤掉这一条', 'Withdraw it')(page);
        await page.waitForTimeout(450);
        await page.locator('.van-popup .btn.danger').first().click();
        await page.waitForTimeout(450);
      }
    },
  },
  { name: '70-me', path: '/me', full: true },
  { name: '70a-another-worker', path: '/me', act: either('换人用这部手机', 'Pass this phone') },
  {
    name: '70b-another-worker-not-yet',
    path: '/me',
    fails: true,
    act: async (page) => {
      await either('换人用这部手机', 'Pass this phone')(page);
      await page.waitForTimeout(400);
      await page.locator('.van-popup .btn').first().click();
      await page.waitForTimeout(400);
    },
  },
  { name: '71-sync', daily: true, path: '/me/sync', query: 'net=off', full: true },
  { name: '71a-sync-online', path: '/me/sync', full: true },
  { name: '72a-about', daily: true, path: '/me/about', full: true },
  { name: '72-access', path: '/me/access' },
  { name: '72b-week', daily: true, path: '/me/week' },
  { name: '73-privacy', path: '/me/privacy', full: true },
  {
    name: '07-reopen-code',
    path: '/needs-desk',
    query: 'phase=needs_desk',
    act: async (page) => {
      await either('我拿到恢复码了', 'I have')(page);
      await page.fill('#code', '7K3M-9QXT-4HB');
    },
  },
  {
    name: '07a-reopen-no-contact',
    path: '/needs-desk',
    query: 'phase=needs_desk&net=off',
    act: async (page) => {
      await either('我拿到恢复码了', 'I have')(page);
      await page.fill('#code', '7K3M9QXT4HBRT6W2ZC5D');
      await either('下一步', 'Next')(page);
      for (let n = 0; n < 2; n++) {
        await page.keyboard.type('258036');
        await page.waitForTimeout(200);
      }
    },
  },
  { name: '74-failure', path: '/me/sync', query: 'net=off', act: press('') },
];
phoneShots.at(-1).act = either('现在就送', 'Send now');

async function ledger(page) {
  const bytes = Buffer.from('姓名,住址\n');
  await page.setInputFiles('input[type=file]', { name: '富民三格台账.xlsx', mimeType: 'text/csv', buffer: bytes });
  await page.locator('.card .btn.main').click();
  await page.locator('.numbers').waitFor();
}

export const deskShots = [
  { name: '01-login', daily: true, path: '/', query: 'login=1' },
  {
    name: '02-login-wrong',
    fails: true,
    path: '/',
    query: 'login=1',
    act: async (page) => {
      await page.fill('#name', 'fumin');
      await page.fill('#password', 'wrong');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(100);
    },
  },
  { name: '10-incidents', daily: true, path: '/incidents' },
  {
    name: '11-dispatch',
    path: '/incidents/in0',
    act: async (page) => {
      await page.locator('.side .btn').first().click();
      await page.waitForTimeout(150);
      await page.locator('.side .btn').first().click();
    },
  },
  { name: '12-close', path: '/incidents/in5', act: either('结案并回音', 'Close with') },
  { name: '13-photo', daily: true, path: '/incidents/in0', act: async (page) => page.locator('.pic').first().click() },
  { name: '20-patrols', path: '/patrols' },
  { name: '21-patrol', daily: true, path: '/patrols/r1', wait: 600 },
  { name: '22-patrol-under-way', path: '/patrols/r3', wait: 600 },
  { name: '23-map-patrol-under-way', path: '/grids/a4/map', wait: 600 },
  { name: '30-visits', path: '/visits' },
  { name: '40-review', daily: true, path: '/review' },
  {
    name: '41-review-case',
    daily: true,
    path: '/review',
    act: async (page) => {
      await page.locator('.open').first().click();
      await page.waitForTimeout(350);
      await either('都不对', 'Neither')(page);
    },
  },
  { name: '42-duplicates', daily: true, path: '/duplicates' },
  {
    name: '43-duplicate-case',
    daily: true,
    path: '/duplicates',
    act: async (page) => {
      await page.locator('.open').first().click();
      await page.waitForTimeout(350);
    },
  },
  { name: '50-map', daily: true, path: '/grids/a2/map', wait: 600 },
  { name: '51-map-grid', path: '/grids/a3/map?incident=in0', wait: 600 },
  { name: '52-households', daily: true, path: '/grids/a3/households' },
  {
    name: '53-household',
    path: '/grids/a3/households',
    act: async (page) => {
      await page.locator('.open').first().click();
      await page.waitForTimeout(350);
      await either('看全', 'Show')(page);
    },
  },
  { name: '54-workers', path: '/grids/a3/workers' },
  { name: '55-code', path: '/grids/a3/workers', act: either('登记码', 'Code') },
  { name: '56-worker-add', path: '/grids/a3/workers', act: either('新增网格员', 'Add a worker') },
  {
    name: '57-grant',
    path: '/grids/a3/workers',
    act: async (page) => {
      await either('授权', 'Grants')(page);
      await either('收回', 'Take back')(page);
    },
  },
  {
    name: '59-area-facts',
    daily: true,
    path: '/grids/a2/map',
    wait: 600,
    act: either('电话与边界', 'Contacts, outline'),
  },
  { name: '58-area-add', path: '/grids/a2/map', wait: 600, act: either('新增下级区域', 'Add an area') },
  { name: '60-devices', daily: true, path: '/devices' },
  { name: '61-revoke', path: '/devices', act: either('停用', 'Stop') },
  { name: '65-import', path: '/imports?area=a3' },
  { name: '66-import-read', daily: true, path: '/imports?area=a3', act: ledger },
  {
    name: '67-import-done',
    path: '/imports?area=a3',
    wait: 6500,
    act: async (page) => {
      await ledger(page);
      await page.locator('.go .btn.main').click();
    },
  },
  { name: '68-accounts', daily: true, path: '/accounts', query: 'centre=1' },
  { name: '69-account-add', path: '/accounts', query: 'centre=1', act: either('新增账号', 'Add an account') },
  {
    name: '69-password',
    path: '/accounts',
    query: 'centre=1',
    act: async (page) => {
      await page.locator('tbody tr').nth(1).locator('.act').first().click();
      await either('生成新密码', 'Draw a new')(page);
      await page.locator('.once').waitFor();
    },
  },
  { name: '70-audit', path: '/audit' },
];
