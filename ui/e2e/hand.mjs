// What a hand does on a page and what an eye waits for, by the words that stand there.

/** Presses the first button or link that says so. */
export const tap = (page, text) =>
  page.locator(`button:visible:has-text("${text}"), a:visible:has-text("${text}")`).first().click();
export const sees = (page, text) => page.locator(`text=${text}`).first().waitFor({ state: 'visible' });
export const gone = (page, text) => page.locator(`text=${text}`).first().waitFor({ state: 'hidden' });
export const at = (page, path) => page.waitForFunction((p) => window.location.hash.startsWith(`#${p}`), path);
/** To another page, as a link would; it is there once the one before is gone. */
export const go = async (page, path) => {
  await page.evaluate((to) => {
    document.querySelector('main.screen > *').setAttribute('data-left', '');
    window.location.hash = `#${to}`;
  }, path);
  await at(page, path);
  await page.waitForFunction(() => !document.querySelector('[data-left]'));
};
/** Stands whole between the top of the page and the buttons at its bottom. */
export const inView = (page, selector) =>
  page.waitForFunction((wanted) => {
    const box = document.querySelector(wanted)?.getBoundingClientRect();
    const foot = document.querySelector('.foot')?.getBoundingClientRect().top ?? window.innerHeight;
    return box && box.top >= 0 && box.bottom <= foot;
  }, selector);
export const focused = (page, selector) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
/** What was just done, undone by the bar: a page has other words of that kind. */
export const undo = (page) => page.locator('[aria-live] > .bar .undo').click();
/** What the undo bar lies over of all that can be pressed, once the page is moved as far down as it goes. */
export const underBar = async (page) => {
  await page.locator('[aria-live] > .bar').waitFor();
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await settle(page);
  return page.evaluate(() => {
    const bar = document.querySelector('[aria-live] > .bar');
    const a = bar.getBoundingClientRect();
    // What a sheet lies over cannot be pressed anyhow.
    const sheet = [...document.querySelectorAll('.van-popup')].find((node) => node.getClientRects().length > 0);
    const under = [...(sheet ?? document).querySelectorAll('button, a, input, textarea, h1, h2')].filter((node) => {
      const b = node.getBoundingClientRect();
      if (bar.contains(node) || b.width < 2 || node.closest('.leaflet-container, .visually-hidden')) return false;
      // What was moved out of the sheet's upper edge is not seen.
      const top = Math.max(b.top, sheet?.getBoundingClientRect().top ?? b.top);
      return top < a.bottom - 1 && b.bottom > Math.max(a.top, top) + 1 && b.left < a.right && b.right > a.left;
    });
    return under.map((node) => node.textContent.trim());
  });
};
/** As long as a sheet takes to open or close. */
export const settle = (page) => page.waitForTimeout(450);
/** A finger that taps twice where it meant to tap once: `apart` milliseconds between the two. */
export const tapTwice = async (page, target, apart) => {
  await target.scrollIntoViewIfNeeded();
  await target.click({ trial: true });
  const { x, y, width, height } = await target.boundingBox();
  const spot = [x + width / 2, y + height / 2];
  // The finger does not wait for the page.
  const first = page.touchscreen.tap(...spot);
  await new Promise((resolve) => setTimeout(resolve, apart));
  await Promise.all([first, page.touchscreen.tap(spot[0] + 6, spot[1] - 4)]);
  // Longer than anything that could come of the second.
  await page.waitForTimeout(800);
};
/** How many records wait on the phone, as its page of the sync says. */
export const waiting = async (page) => {
  await go(page, '/me/sync');
  return Number(await page.locator('.four .on_phone b').innerText());
};
/** A sheet is closed before its page is left. */
export const shut = async (page) => {
  await settle(page);
  await page.locator('.van-popup button[aria-label="关闭"]:visible').first().click();
  await settle(page);
};
/** Time to read what is said before typing again. */
export const reads = (page) => page.waitForTimeout(400);
export const pin = async (page, digits) => {
  for (const digit of digits) await page.locator(`button.key:has-text("${digit}")`).first().click();
};
