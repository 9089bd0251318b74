import { beforeEach, describe, expect, it, vi } from 'vitest';
import { scannedOf } from '@/phone/enrolCode';
import { forget, keep, recall } from '@/phone/enrolling';

const QR = `XUNGE1:192.168.1.20:8443:7K3M9QXT4HBRT6W2ZC5D:${'0123456789ABCDEF'.repeat(4)}`;

describe('what was typed to enrol', () => {
  beforeEach(() => sessionStorage.clear());

  it('is_there_again_after_a_reload', () => {
    expect(recall()).toBeNull();
    keep({ address: 'county.example:8443', code: '7K3M' });
    expect(recall()).toEqual({ address: 'county.example:8443', code: '7K3M' });
  });

  it('is_told_as_scanned_where_the_camera_read_it', () => {
    keep({ address: QR, code: '' });
    expect(scannedOf(recall()?.address ?? '')).toEqual({ text: QR, address: '192.168.1.20:8443' });
    expect(scannedOf('192.168.1.20:8443')).toBeNull();
  });

  it('is_gone_after_enrolling', () => {
    keep({ address: 'county.example:8443', code: '7K3M' });
    forget();
    expect(recall()).toBeNull();
  });

  it('is_typed_again_where_nothing_can_be_kept', () => {
    vi.stubGlobal('sessionStorage', undefined);
    keep({ address: 'county.example', code: '7K3M' });
    expect(recall()).toBeNull();
    vi.unstubAllGlobals();
  });
});
