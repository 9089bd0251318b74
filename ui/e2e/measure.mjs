// What can be measured on a page: sizes of letters, distances of lines, what a thumb can hit, what is cut off, words that
// were not translated. Runs inside the page; answers with sentences, none when all is well.
//
// Sizes (DOMAIN of the work: the county's rules for older people): big type 18 px and more, lines 1.3 and more, targets
// 60 px both ways; otherwise targets of 44 px, links inside a sentence excepted.
export function measure({ width, big }) {
  const found = [];
  const short = (node) =>
    `“${node.textContent.trim().replace(/\s+/g, ' ').slice(0, 30)}” <${node.className || node.tagName}>`;
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return null;
    for (let up = node; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.visibility === 'hidden' || style.display === 'none' || Number(style.opacity) === 0) return null;
      if (up.classList.contains('visually-hidden') || up.classList.contains('water')) return null;
    }
    return box;
  };

  const wide = Math.max(document.documentElement.scrollWidth, window.innerWidth) - width;
  if (wide > 1) found.push(`page is ${wide} px too wide`);

  // Text that is cut: a box that hides its overflow, holds words, and is narrower than they are.
  const SCROLLS = ['auto', 'scroll'];
  for (const node of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(node);
    if (node.clientWidth < 2 || !node.textContent.trim() || !['hidden', 'clip'].includes(style.overflowX)) continue;
    if (!shown(node) || node.matches('.leaflet-container') || node.closest('.water, .visually-hidden')) continue;
    if (node.scrollWidth > node.clientWidth + 1 && !SCROLLS.includes(style.overflowX))
      found.push(`cut off: ${short(node)}`);
    if (
      node.scrollHeight > node.clientHeight + 2 &&
      !SCROLLS.includes(style.overflowY) &&
      node.clientHeight > 0 &&
      node !== document.body
    )
      found.push(`cut off below: ${short(node)}`);
  }

  // What the buttons that stay at the bottom still lie over once the page is moved as far as it goes.
  const foot = document.querySelector('main .foot');
  if (foot && getComputedStyle(foot).position === 'fixed') {
    const end = document.documentElement.scrollHeight - foot.getBoundingClientRect().height;
    for (const node of document.querySelectorAll(
      'main p, main a, main button, main input, main textarea, main .card',
    )) {
      const box = foot.contains(node) ? null : shown(node);
      if (box && box.bottom + window.scrollY > end + 1) found.push(`under the buttons at the bottom: ${short(node)}`);
    }
  }

  const keys = document.body.innerText.match(/\b[a-z_]+\.[a-z_]+(\.[a-z_]+)?\b/g) ?? [];
  for (const key of keys) if (!/^(xunge|example|png|www|county)/.test(key)) found.push(`key shown: ${key}`);

  // A word of the Latin alphabet that goes on in the next line without a hyphen. Chinese may break anywhere.
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    const node = text.parentElement;
    if (!node || node.closest('svg, script, style, .water, .visually-hidden, textarea') || !shown(node)) continue;
    for (const { 0: word, index } of text.data.matchAll(/[A-Za-z]{3,}/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const tops = new Set([...range.getClientRects()].flatMap((box) => (box.width > 1 ? [Math.round(box.top)] : [])));
      if (tops.size > 1) found.push(`word broken: “${word}” in ${short(node)}`);
    }
  }

  const least = big ? 60 : 44;
  for (const node of document.querySelectorAll(
    'button, a[href], input:not([type=file]), textarea, select, [role=switch], .leaflet-container [role=button]',
  )) {
    const box = shown(node);
    if (!box || node.disabled || node.closest('p') || node.closest('.leaflet-control-attribution')) continue;
    // A label makes its box larger; a box of its own is what counts otherwise.
    const area = (node.closest('label') ?? node).getBoundingClientRect();
    if (area.height < least - 0.5 || area.width < least - 0.5)
      found.push(
        `target ${Math.round(area.width)}×${Math.round(area.height)}: ${short(node)} ${node.getAttribute('aria-label') ?? ''}`,
      );
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const node = text.parentElement;
    if (!text.textContent.trim() || !node || seen.has(node) || node.closest('svg, script, style')) continue;
    seen.add(node);
    if (!shown(node)) continue;
    const style = getComputedStyle(node);
    const size = parseFloat(style.fontSize);
    if (size < (big ? 18 : 12)) found.push(`letters of ${size} px: ${short(node)}`);
    const line = style.lineHeight === 'normal' ? 1.4 : parseFloat(style.lineHeight) / size;
    const lines = node.getClientRects().length > 1 || node.getBoundingClientRect().height > size * 2.2;
    // One line by itself has no distance to keep.
    if (big && lines && line < 1.3 - 0.01) found.push(`lines ${line.toFixed(2)} apart: ${short(node)}`);
  }
  return [...new Set(found)];
}

/**
 * The desk's pages: too wide, a state or the head of a column cut off in its table, words that were not translated. Long
 * text of a cell may end in dots: it is whole in the cell's title and in what the row opens.
 */
export function measureDesk({ width }) {
  const found = [];
  const wide = document.documentElement.scrollWidth - width;
  if (wide > 1) found.push(`page is ${wide} px too wide`);
  for (const part of document.querySelectorAll('td .tag, th')) {
    const cell = part.closest('td, th');
    if (cell.closest('.el-picker-panel')) continue;
    const room = cell.getBoundingClientRect().right - parseFloat(getComputedStyle(cell).paddingRight);
    const words = document.createRange();
    words.selectNodeContents(part);
    const end = part === cell ? words.getBoundingClientRect().right : part.getBoundingClientRect().right;
    if (end - room > 1) found.push(`cut off by ${Math.round(end - room)} px: “${part.textContent.trim()}”`);
  }
  const keys = document.body.innerText.match(/\b[a-z_]+\.[a-z_]+(\.[a-z_]+)?\b/g) ?? [];
  for (const key of keys) if (!/^(xunge|example|png|www|county)/.test(key)) found.push(`key shown: ${key}`);
  return [...new Set(found)];
}
