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

  const keys = document.body.innerText.match(/\b[a-z_]+\.[a-z_]+(\.[a-z_]+)?\b/g) ?? [];
  for (const key of keys) if (!/^(xunge|example|png|www|county)/.test(key)) found.push(`key shown: ${key}`);

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
