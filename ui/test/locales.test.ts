import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import en from '@/locales/en.json';
import zh from '@/locales/zh-CN.json';
import deskEn from '@/locales/desk.en.json';
import deskZh from '@/locales/desk.zh-CN.json';
import { i18n, setLanguage } from '@/words/language';
import { told, word } from '@/words/words';

/** Every code the core's border is known to send; each needs its three sentences. */
const CODES =
  'unknown_command bad_arguments wrong_phase bad_code code_expired code_used ca_mismatch county_unreachable captive_portal county_error county_full bad_answer wrong_pin pin_locked weak_pin store_damaged wrong_key disk_full not_found photo_empty photo_not_an_image photo_unsupported_format photo_too_large_bytes photo_too_many_pixels photo_damaged no_patrol patrol_under_way illegal_transition reveal_limit invalid_field undo_gone revoked lease_over not_on_this_platform internal core_unreachable cancelled no_permission device_failed key_store_lost bad_address bad_pin no_grid too_many_tries bad_request out_of_scope feed_went_back wrong_epoch chain_mismatch no_code_in_picture not_an_invitation newer_invitation bad_code_length reason_needed too_long photo_stamp_failed photo_encode_failed store_busy store_error newer_schema store_missing key_file_damaged unsent changed_meanwhile too_far note_needed mock_location unstorable bad_token home_taken home_taken_moving home_gone home_lived_in lives_elsewhere file_error'.split(
    ' ',
  );

type Tree = { [key: string]: string | Tree };
function flat(tree: Tree, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree))
    if (typeof value === 'string') out.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) out.set(k, v);
  return out;
}
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe.each([
  ['phone', zh as Tree, en as Tree],
  ['desk', deskZh as Tree, deskEn as Tree],
])('the %s language files', (_name, chinese, english) => {
  it('hold_the_same_words', () => {
    expect([...flat(english).keys()].sort()).toEqual([...flat(chinese).keys()].sort());
  });

  it('leave_the_same_holes_for_numbers_and_names', () => {
    const other = flat(english);
    for (const [key, text] of flat(chinese)) expect([key, holes(other.get(key) ?? '')]).toEqual([key, holes(text)]);
  });

  it('have_no_empty_sentence_and_no_character_the_interpreter_would_eat', () => {
    for (const [key, text] of [...flat(chinese), ...flat(english)]) {
      expect([key, text.trim()]).not.toEqual([key, '']);
      expect([key, /[@|]/.test(text)]).toEqual([key, false]);
    }
  });
});

describe('a language file', () => {
  /** Of two of one name in one object the first is lost without a word. */
  const twice = (text: string) => {
    const open: Set<string>[] = [];
    const found: string[] = [];
    for (const [token, key] of text.matchAll(/"((?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
      if (token === '{') open.push(new Set());
      else if (token === '}') open.pop();
      else if (key !== undefined) {
        if (open[open.length - 1].has(key)) found.push(key);
        open[open.length - 1].add(key);
      }
    }
    return found;
  };

  it.each(readdirSync('src/locales').filter((name) => name.endsWith('.json')))('%s_has_every_key_once', (name) => {
    expect(twice(readFileSync(join('src/locales', name), 'utf8'))).toEqual([]);
  });

  it('with_a_key_twice_would_be_noticed', () => {
    expect(twice('{"a": {"b": "c: {x}", "b": "d"}, "c": {"b": "e"}}')).toEqual(['b']);
  });
});

describe('the Chinese words', () => {
  it('say_你_to_the_worker_and_您_to_residents_only', () => {
    const polite = [...flat(zh as Tree), ...flat(deskZh as Tree)].filter(([, text]) => text.includes('您'));
    expect(polite.map(([key]) => key).filter((key) => !key.startsWith('privacy.'))).toEqual([]);
  });

  it('call_the_code_of_a_new_phone_by_one_name', () => {
    const other = [...flat(zh as Tree), ...flat(deskZh as Tree)].filter(([, text]) => text.includes('注册码'));
    expect(other).toEqual([]);
  });
});

describe('failures', () => {
  beforeAll(() => setLanguage('en'));

  it.each(['zh-CN', 'en'] as const)('say_what_happened_what_is_safe_and_what_to_do_in_%s', async (language) => {
    await setLanguage(language);
    for (const code of CODES) {
      const words = told({ code, params: {} });
      for (const sentence of Object.values(words)) {
        expect(sentence.length).toBeGreaterThan(4);
        expect(sentence).not.toContain('errors.');
        expect(sentence).not.toMatch(/[{}]/);
      }
      expect(words.what).not.toContain(code);
    }
  });

  it('with_a_code_nobody_knew_name_it', async () => {
    await setLanguage('zh-CN');
    expect(told({ code: 'made_up_tomorrow', params: {} }).what).toContain('made_up_tomorrow');
  });
});

describe('every word the screens ask for', () => {
  const files = ['src/phone', 'src/desk', 'src/words'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((f) => /\.(vue|ts)$/.test(f))
      .map((f) => join(folder, f)),
  );
  const known = new Set([...flat(zh as Tree).keys(), ...[...flat(deskZh as Tree).keys()].map((k) => `d.${k}`)]);

  it('is_in_the_language_files', () => {
    const missing: string[] = [];
    for (const file of files)
      for (const [, key] of readFileSync(file, 'utf8').matchAll(/\bt\('([\w.]+)'/g))
        if (!known.has(key!)) missing.push(`${file}: ${key}`);
    expect(missing).toEqual([]);
  });

  it('stays_a_code_when_a_later_county_sends_a_new_one', async () => {
    await setLanguage('zh-CN');
    expect(i18n.global.locale.value).toBe('zh-CN');
    expect(word('occupancy', 'houseboat')).toBe('houseboat');
    expect(word('occupancy', 'tenant')).toBe('租住');
  });
});
