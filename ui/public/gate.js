/*
 * Below the floor (Chromium 80) the pages cannot run: this one can, and says what to do. ES5 only; it stands before the
 * module script in index.html. Nothing is lost: the records lie in the app's store, not in the page.
 */
(function () {
  'use strict';
  var found = /(?:Chrome|Chromium)\/(\d+)/.exec(navigator.userAgent);
  var old = found ? parseInt(found[1], 10) < 80 : typeof Promise === 'undefined' || !('allSettled' in Promise);
  if (!old) return;

  function line(parent, tag, text, style) {
    var node = document.createElement(tag);
    node.appendChild(document.createTextNode(text));
    node.style.cssText = style;
    parent.appendChild(node);
  }

  function show() {
    var body = document.body;
    while (body.firstChild) body.removeChild(body.firstChild);
    body.style.cssText = 'margin:0;padding:32px 24px;background:#f5f4ef;color:#1a1f1c;font:18px/1.6 sans-serif';
    line(body, 'h1', '手机里的“系统网页组件”太旧了', 'font-size:24px;line-height:1.35;margin:0 0 16px');
    line(body, 'p', '你的记录都在，没有丢。只是这个版本的组件画不出巡格的页面。', 'margin:0 0 12px');
    line(body, 'p', '怎么办：', 'margin:20px 0 4px;font-weight:bold');
    line(body, 'p', '1. 打开手机的应用商店，搜索 “Android System WebView”，点更新；没有这一项就更新手机系统。', 'margin:0 0 8px');
    line(body, 'p', '2. 更新后回来重新打开巡格。', 'margin:0 0 8px');
    line(body, 'p', '3. 还是不行，给县里打电话，请他们换一部手机给你接着用。', 'margin:0 0 8px');
    line(
      body,
      'p',
      'Android System WebView is too old for this app (80 or newer is needed). Your records are safe. Update it in the app store, then open the app again.',
      'margin:24px 0 0;font-size:15px;color:#5b645f'
    );
    line(body, 'p', '现在的版本 / Version: ' + (found ? found[1] : '?'), 'margin:8px 0 0;font-size:15px;color:#5b645f');
  }

  if (document.body) show();
  else document.addEventListener('DOMContentLoaded', show);
})();
