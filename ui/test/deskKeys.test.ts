import { flushPromises, mount } from '@vue/test-utils';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ref, shallowRef } from 'vue';
import { areas, inOrder } from '@/desk/areas';
import type { AreaRow } from '@/desk/api';
import AreaTree from '@/desk/parts/AreaTree.vue';
import PagedTable from '@/desk/parts/PagedTable.vue';
import type { Paged } from '@/desk/paged';
import { speak } from '@/desk/words';
import { i18n } from '@/words/language';

interface Row {
  name: string;
}

function list(names: string[]): Paged<Row> {
  return {
    rows: shallowRef(names.map((name) => ({ name }))),
    total: ref(names.length),
    page: ref(1),
    busy: ref(false),
    failure: shallowRef(null),
    reload: async () => undefined,
  };
}

const press = (target: EventTarget, key: string) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const focused = () => document.activeElement?.textContent ?? '';

beforeAll(() => speak('zh-CN'));
beforeEach(() => (document.body.innerHTML = '<input id="field"><div id="at"></div>'));

describe('a table', () => {
  const table = (opens: boolean) =>
    mount(PagedTable<Row>, {
      attachTo: '#at',
      props: {
        list: list(['一号', '二号', '三号']),
        columns: [{ key: 'name', label: '名', text: (r: Row) => r.name }],
        empty: '没有',
        opens,
      },
      global: { plugins: [i18n] },
    });

  it('is_walked_with_j_k_and_the_arrows_and_stops_at_its_ends', async () => {
    const shown = table(true);
    const seen: string[] = [];
    for (const key of ['j', 'j', 'ArrowDown', 'ArrowDown', 'k', 'ArrowUp', 'k']) {
      press(document.activeElement ?? document.body, key);
      await flushPromises();
      seen.push(focused());
    }
    expect(seen).toEqual(['一号', '二号', '三号', '三号', '二号', '一号', '一号']);
    shown.unmount();
  });

  it('opens_the_row_with_enter_and_only_when_rows_open', async () => {
    for (const [opens, times] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const shown = table(opens);
      press(document.body, 'j');
      await flushPromises();
      press(document.activeElement!, 'Enter');
      expect(shown.emitted('open')?.length ?? 0).toBe(times);
      shown.unmount();
    }
  });

  it('leaves_letters_to_whoever_types', async () => {
    const shown = table(true);
    const field = document.querySelector<HTMLInputElement>('#field')!;
    field.focus();
    press(field, 'j');
    await flushPromises();
    expect(document.activeElement).toBe(field);
    shown.unmount();
  });
});

describe('the tree of areas', () => {
  const line = (id: string, parent: string | null, name: string): AreaRow => ({
    id,
    parent,
    code: `99${id}`,
    name,
    kind: 'grid',
    households: 1,
    people: 1,
    workers: 0,
  });
  const tree = () => {
    areas.value = inOrder([
      line('1', null, '县'),
      line('2', '1', '街道'),
      line('3', '2', '一格'),
      line('4', '2', '二格'),
    ]);
    return mount(AreaTree, { attachTo: '#at', props: { chosen: '1' }, global: { plugins: [i18n] } });
  };
  const lines = () => [...document.querySelectorAll('[role=treeitem] b')].map((b) => b.textContent);
  const key = async (...keys: string[]) => {
    for (const k of keys) {
      press(document.activeElement!, k);
      await flushPromises();
    }
  };

  it('folds_and_unfolds_with_left_and_right_and_chooses_with_enter', async () => {
    const shown = tree();
    expect(lines()).toEqual(['县', '街道', '一格', '二格']);
    document.querySelector<HTMLElement>('[role=treeitem]')!.focus();
    await key('j', 'ArrowLeft');
    expect(lines()).toEqual(['县', '街道']);
    await key('ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter');
    expect(shown.emitted('choose')).toEqual([['4']]);
    await key('ArrowLeft', 'Enter');
    expect(shown.emitted('choose')?.[1]).toEqual(['2']);
    shown.unmount();
  });

  it('is_narrowed_by_name_or_code_wherever_the_area_lies', async () => {
    const shown = tree();
    await shown.get('input').setValue('二格');
    expect(lines()).toEqual(['二格']);
    await shown.get('input').setValue('993');
    expect(lines()).toEqual(['一格']);
    await shown.get('input').setValue('没有');
    expect(lines()).toEqual([]);
    shown.unmount();
  });
});
