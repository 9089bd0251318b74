import { describe, expect, it } from 'vitest';
import { groups, isQrText, looksLikeAddress, readCode, scannedOf } from '@/phone/enrolCode';

describe('the typed enrolment code', () => {
  it('takes_dashes_spaces_and_small_letters', () => {
    expect(readCode('7k3m-9qxt 4hbr-t6w2-zc5d')).toEqual({ text: '7K3M9QXT4HBRT6W2ZC5D', strange: [], whole: true });
  });

  it('reads_o_as_zero_and_i_l_as_one', () => {
    expect(readCode('OoIlL').text).toBe('00111');
  });

  it('names_characters_that_can_never_stand_in_a_code_once_each', () => {
    expect(readCode('7U3u!').strange).toEqual(['U', '!']);
    expect(readCode('7U3').text).toBe('73');
  });

  it('is_whole_at_twenty_and_not_before', () => {
    expect(readCode('A'.repeat(19)).whole).toBe(false);
    expect(readCode('A'.repeat(25)).text).toHaveLength(20);
  });

  it('always_shows_five_groups', () => {
    expect(groups('7K3M9Q')).toEqual(['7K3M', '9Q', '', '', '']);
  });

  it('knows_an_address_from_a_pasted_qr_text', () => {
    expect(looksLikeAddress('192.168.1.20:8443')).toBe(true);
    expect(looksLikeAddress('county.example')).toBe(true);
    expect(looksLikeAddress('县里 服务器')).toBe(false);
    expect(isQrText('192.168.1.20:8443')).toBe(false);
    expect(isQrText(`192.168.1.20:8443 7K3M9QXT ${'0f'.repeat(32)}`)).toBe(true);
  });
});

describe('the text of a QR code', () => {
  const qr = `XUNGE1:192.168.1.20:8443:7K3M9QXT4HBRT6W2ZC5D:${'0123456789ABCDEF'.repeat(4)}`;

  it('says_where_the_county_is', () => {
    expect(scannedOf(` ${qr} `)).toEqual({ text: ` ${qr} `, address: '192.168.1.20:8443' });
    expect(scannedOf('192.168.1.20:8443')).toBeNull();
    expect(scannedOf(qr.slice(0, -1))).toBeNull();
  });
});
