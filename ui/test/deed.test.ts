import { effectScope, h, nextTick, ref } from 'vue';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallFailure } from '@/api';
import { useDeed as useDeskDeed } from '@/desk/deed';
import RowItem from '@/phone/parts/RowItem.vue';
import UiButton from '@/phone/parts/UiButton.vue';
import { useDeed } from '@/phone/state/deed';
import { i18n, setLanguage } from '@/words/language';

beforeEach(async () => {
  await setLanguage('zh-CN');
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => document.body.replaceChildren());

const FIELDS = ['name', 'phone', 'note'];
const wrong = (field: string, code = 'invalid_field') => Promise.reject(new CallFailure(code, { field }));

type Use = () => { attempt: (deed: () => Promise<void>) => Promise<unknown> };
describe.each<[string, Use]>([
  ['phone', useDeed],
  ['desk', useDeskDeed],
])('a deed of the %s', (_name, use) => {
  it('asked_for_twice_in_one_breath_is_done_once', async () => {
    const deed = effectScope().run(use)!;
    const done = vi.fn(async () => undefined);
    await Promise.all([deed.attempt(done), deed.attempt(done)]);
    expect(done).toHaveBeenCalledTimes(1);
    await deed.attempt(done);
    expect(done).toHaveBeenCalledTimes(2);
  });
});

describe('what was refused', () => {
  it('names_its_field_and_says_its_rule', async () => {
    const { attempt, badField, badOf } = effectScope().run(() => useDeed(() => FIELDS))!;
    await attempt(() => wrong('name'));
    expect(badField.value).toBe('name');
    expect(badOf('name')).toContain('姓名里要有文字');
    expect(badOf('phone')).toBe('');
    await attempt(() => wrong('phone'));
    expect(badOf('phone')).toContain('11 位');
    await attempt(() => wrong('note', 'too_long'));
    expect(badOf('note')).toContain('太长');
    await attempt(() => Promise.reject(new CallFailure('disk_full', { field: 'note' })));
    expect(badField.value).toBe('');
    await attempt(async () => undefined);
    expect(badOf('note')).toBe('');
  });

  it('comes_into_view_and_takes_the_next_key_or_else_the_words_do', async () => {
    document.body.innerHTML = '<p data-failure tabindex="-1"></p><div class="marked"><label>x</label><input /></div>';
    const box = document.querySelector('.marked')!;
    const { attempt } = effectScope().run(() => useDeed(() => FIELDS))!;
    await attempt(() => Promise.reject(new CallFailure('disk_full')));
    expect(document.activeElement).toBe(document.querySelector('p'));
    box.setAttribute('data-bad', '');
    await attempt(() => wrong('name'));
    expect(document.activeElement).toBe(document.querySelector('input'));
    expect(vi.mocked(Element.prototype.scrollIntoView).mock.contexts.at(-1)).toBe(box);
  });

  it('does_not_pull_at_a_page_that_was_left_for_another', async () => {
    document.body.innerHTML = '<div data-bad><input /></div>';
    const scope = effectScope();
    const { attempt } = scope.run(() => useDeed(() => FIELDS))!;
    const trying = attempt(() => wrong('name'));
    scope.stop();
    await trying;
    expect(document.activeElement).toBe(document.body);
  });
});

describe('two presses before the page is drawn anew', () => {
  it('are_one_and_the_next_one_counts_again', async () => {
    const pressed = vi.fn();
    const button = mount(UiButton, { attrs: { onClick: pressed }, slots: { default: '保存' } }).element as HTMLElement;
    const row = mount(RowItem, {
      props: { title: '搬走了', press: true, onPress: pressed },
      global: { plugins: [i18n] },
    }).element as HTMLElement;
    for (const one of [button, row]) {
      pressed.mockClear();
      one.click();
      one.click();
      expect(pressed).toHaveBeenCalledTimes(1);
      await nextTick();
      one.click();
      expect(pressed).toHaveBeenCalledTimes(2);
      await nextTick();
    }
  });

  it('cannot_get_past_a_button_that_became_busy', async () => {
    const busy = ref(false);
    const pressed = vi.fn(() => (busy.value = true));
    const page = mount({ render: () => h(UiButton, { busy: busy.value, onClick: pressed }) });
    (page.element as HTMLElement).click();
    await flushPromises();
    (page.element as HTMLElement).click();
    expect(pressed).toHaveBeenCalledTimes(1);
  });
});
