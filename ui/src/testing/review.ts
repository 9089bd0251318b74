/**
 * What waits for a human on the fictional day: two conflicts, two records the county did not take, a home without its door,
 * and people and homes who may be on record twice, some of them decided before.
 */
import type { Review } from '@/api';
import { at } from './grid';

const PHONE = { kind: 'phone', group: '', codes: [] };
const NOTE = { kind: 'note', group: '', codes: [] };

export function reviewOf(): Review {
  return {
    conflicts: [
      {
        id: 'c1',
        kind: 'person',
        record: 'p4',
        household: 'h2-502',
        door: '2幢2单元 502',
        subject: '魏**',
        relation: '0',
        field: 'phone',
        both: true,
        third: PHONE,
        sides: [
          {
            ...{ op: '41:41', mine: true, by: '刘敏', at_ms: at(9, 20), parts: [] },
            ...{ value: '142****2207', provisional: true },
          },
          {
            ...{ op: '43:9', mine: false, by: 'worker', at_ms: at(8, 5), parts: [] },
            ...{ value: '142****8841', provisional: false },
          },
        ],
      },
      {
        id: 'c2',
        kind: 'occupancy',
        record: 'o602',
        household: 'h1-602',
        door: '2幢1单元 602',
        subject: '',
        relation: '',
        field: 'occupancy',
        both: false,
        third: {
          kind: 'choice',
          group: 'occupancy',
          codes: ['owner', 'tenant', 'public', 'other', 'unknown'],
        },
        sides: [
          {
            ...{ op: '44:17', mine: false, by: '何军', at_ms: at(17, 2, 1), parts: [] },
            ...{ value: 'tenant', provisional: true },
          },
          {
            ...{ op: '41:38', mine: true, by: '刘敏', at_ms: at(8, 50), parts: [] },
            ...{ value: 'owner', provisional: false },
          },
        ],
      },
    ],
    refused: [
      {
        op: '41:33',
        kind: 'incident_step',
        record: 's9',
        reason: 'not_now',
        fields: ['text'],
        at_ms: at(10, 12),
        subject: '路灯不亮',
        blamed: '',
        household: null,
        incident: 'i4',
        verb: 'supplement',
        wrote: [
          { name: 'text', field: 'text', shown: '灯杆编号 0417', value: '灯杆编号 0417', entry: NOTE, bad: false },
        ],
      },
      {
        op: '41:35',
        kind: 'person',
        record: 'p4',
        reason: 'bad_field',
        fields: ['phone', 'note'],
        at_ms: at(9, 31),
        subject: '2幢1单元 301 孔**',
        blamed: 'phone',
        household: 'h1-301',
        incident: null,
        verb: '',
        wrote: [
          { name: 'phone', field: 'phone', shown: '142****6603', value: null, entry: PHONE, bad: true },
          {
            name: 'note',
            field: 'note',
            shown: '腿脚不便，敲门等一等',
            value: '腿脚不便，敲门等一等',
            entry: NOTE,
            bad: false,
          },
        ],
      },
    ],
    doorless: [
      {
        door: '2幢1单元 102',
        taken: false,
        home: {
          ...{ id: 'h1-102', people: ['示**'], phone: null, occupancy: 'tenant', note: '' },
          ...{ mine: true, by: '刘敏', at_ms: at(9, 48) },
        },
      },
    ],
    same_homes: [
      {
        reason: 'two_phones',
        door: '2幢3单元 501',
        stays: {
          ...{ id: 'h2-501', people: ['潘**'], phone: '142****3310', occupancy: 'tenant', note: '' },
          ...{ mine: false, by: '周敏', at_ms: at(9, 20) },
        },
        other: {
          ...{ id: 'h2-501b', people: ['潘**', '潘*'], phone: null, occupancy: 'tenant', note: '白天没人' },
          ...{ mine: true, by: '刘敏', at_ms: at(10, 5) },
        },
      },
      {
        reason: 'came_back',
        door: '2幢3单元 601',
        stays: {
          ...{ id: 'h2-601', people: ['丁**'], phone: null, occupancy: 'owner', note: '' },
          ...{ mine: false, by: '周敏', at_ms: at(8, 40) },
        },
        other: {
          ...{ id: 'h2-601b', people: ['秦**', '秦*'], phone: '142****5176', occupancy: 'tenant', note: '' },
          ...{ mine: true, by: '刘敏', at_ms: at(10, 20) },
        },
      },
    ],
    same: [
      {
        reason: 'citizen_id',
        differs: ['phone'],
        stays: {
          ...{ id: 'p4', name: '魏**', citizen_id: '990101********0021', birth: '1951-**-**', sex: '2' },
          ...{
            phone: '142****8841',
            household: 'h2-502',
            door: '2幢2单元 502',
            mine: false,
            by: 'county',
            at_ms: at(8, 0),
          },
        },
        other: {
          ...{ id: 'p90', name: '魏**', citizen_id: '990101********0021', birth: '1951-**-**', sex: '2' },
          ...{
            phone: '142****2207',
            household: 'h1-301',
            door: '2幢1单元 301',
            mine: false,
            by: 'part_time',
            at_ms: at(9, 12),
          },
        },
      },
      {
        reason: 'decided_apart',
        differs: [],
        stays: {
          ...{ id: 'p31', name: '吴*', citizen_id: null, birth: '1987-**-**', sex: '1' },
          ...{
            phone: '142****6310',
            household: 'h2-202',
            door: '2幢2单元 202',
            mine: true,
            by: '刘敏',
            at_ms: at(8, 30),
          },
        },
        other: {
          ...{ id: 'p91', name: '吴*', citizen_id: null, birth: '1987-**-**', sex: '1' },
          ...{
            phone: '142****6310',
            household: 'h2-202',
            door: '2幢2单元 202',
            mine: false,
            by: '何军',
            at_ms: at(9, 40),
          },
        },
      },
    ],
  };
}
