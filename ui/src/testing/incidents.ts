/** Fictional incidents in every state a worker meets. */
import type { CategoryView, IncidentView, PhotoView, Standing } from '@/api';
import { at } from './grid';

export const categories: CategoryView[] = [
  { code: 'fire_lane', name: '占用消防通道', class: '突发事件', limit_hours: 4 },
  { code: 'heap', name: '乱堆物料', class: '市容环境', limit_hours: 8 },
  { code: 'lamp', name: '路灯不亮', class: '公用设施', limit_hours: 24 },
  { code: 'manhole', name: '井盖松动', class: '公用设施', limit_hours: 4 },
  { code: 'leak', name: '漏水纠纷', class: '邻里', limit_hours: null },
  { code: 'rubbish', name: '暴露垃圾', class: '市容环境', limit_hours: 4 },
  { code: 'building_waste', name: '建筑垃圾', class: '市容环境', limit_hours: 32 },
  { code: 'wire', name: '飞线充电', class: '突发事件', limit_hours: 4 },
  { code: 'job', name: '就业需求', class: '民生服务', limit_hours: null },
];

export function photo(id: string, taken: number, standing: Standing, verified = false): PhotoView {
  const bytes = 384_512;
  return {
    id,
    taken_ms: taken,
    place: { lat_e7: 374_905_000, lon_e7: 1_182_552_000, accuracy_dm: 80 },
    time_verified: verified,
    width: 1600,
    height: 1200,
    bytes,
    sent_bytes: standing === 'at_county' ? bytes : standing === 'sending' ? Math.round(bytes * 0.62) : 0,
    standing,
  };
}

function incident(
  id: string,
  number: string,
  title: string,
  place_name: string,
  state: string,
  reported: number,
  standing: Standing,
  text: string,
  steps: IncidentView['steps'],
  may: string[],
  photos: PhotoView[],
): IncidentView {
  return {
    line: {
      id,
      number,
      title,
      place_name,
      state,
      reported_ms: reported,
      photo: photos[0]?.id ?? null,
      photos: photos.length,
      standing,
    },
    text,
    place: photos[0]?.place ?? null,
    photos,
    steps,
    may,
  };
}

const step = (verb: string, by: string, ms: number, text = '', standing: Standing = 'at_county') => ({
  verb,
  by,
  at_ms: ms,
  text,
  standing,
});

export const incidents: IncidentView[] = [
  incident(
    'i1',
    '7F2C',
    '占用消防通道',
    '2幢东侧',
    'reported',
    at(9, 53),
    'sending',
    '四辆电动车堵在东侧通道，物业没人接电话。',
    [step('report', '刘敏', at(9, 53), '', 'sending')],
    ['withdraw', 'supplement'],
    [photo('ph1', at(9, 52), 'sending'), photo('ph2', at(9, 52), 'on_phone')],
  ),
  incident(
    'i2',
    '3A91',
    '井盖松动',
    '文苑路口',
    'dispatched',
    at(8, 10, 1),
    'at_county',
    '踩上去会响。',
    [
      step('report', '刘敏', at(8, 10, 1)),
      step('accept', '富民镇网格中心', at(8, 31, 1)),
      step('dispatch', '富民镇网格中心', at(8, 40, 1), '派给市政养护队'),
    ],
    ['supplement'],
    [photo('ph3', at(8, 9, 1), 'at_county', true)],
  ),
  incident(
    'i3',
    '5D07',
    '乱堆物料',
    '5幢北侧',
    'returned',
    at(15, 2, 2),
    'at_county',
    '装修剩下的沙子。',
    [step('report', '刘敏', at(15, 2, 2)), step('return', '富民镇网格中心', at(9, 15), '请补充是哪一家的，拍一张全景')],
    ['supplement', 'withdraw'],
    [photo('ph4', at(15, 1, 2), 'at_county', true)],
  ),
  incident(
    'i4',
    'C3E8',
    '路灯不亮',
    '2幢北路',
    'closed',
    at(19, 40, 4),
    'at_county',
    '第三盏，晚上很黑。',
    [
      step('report', '刘敏', at(19, 40, 4)),
      step('accept', '富民镇网格中心', at(8, 20, 3)),
      step('dispatch', '富民镇网格中心', at(8, 32, 3), '派给电力班组'),
      step('handle', '电力班组', at(15, 50, 1), '换了灯头和镇流器'),
      step('close', '富民镇网格中心', at(16, 20, 1), '路灯修好了，请到现场看一眼。'),
    ],
    ['rate'],
    [photo('ph5', at(19, 38, 4), 'at_county', true)],
  ),
  incident(
    'i5',
    'B440',
    '暴露垃圾',
    '东门外',
    'self_resolved',
    at(10, 25, 1),
    'at_county',
    '',
    [step('report', '刘敏', at(10, 25, 1)), step('self_resolve', '刘敏', at(10, 25, 1), '和保洁一起清走了')],
    [],
    [],
  ),
];
