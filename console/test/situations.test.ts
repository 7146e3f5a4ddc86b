import { describe, expect, test } from 'vitest';

import { problemFrom } from '../src/api/problem';
import type { Rule, RuleInput, Schedule, Zone } from '../src/api/types';
import {
  blankRule,
  conditionsFor,
  ruleDraftOf,
  ruleFaults,
  ruleInputOf,
  withCondition,
  withZone,
} from '../src/rules/draft';
import { dayRuns, fieldText, minuteOf, overnight, simplest, wholeDay } from '../src/rules/schedule';
import { scheduleText, secondsText, sentence, type Spoken, type Voice } from '../src/rules/sentence';
import { en } from '../src/words/en';
import { es } from '../src/words/es';
import { fill } from '../src/words/fill';
import { freeName, metresOf, zoneDraftOf, zoneFaults, zoneInputOf } from '../src/zones/draft';
import {
  area,
  arrowAcross,
  crossesItself,
  inside,
  moved,
  type Point,
  withMiddle,
  withoutPoint,
  withPoint,
} from '../src/zones/geometry';
import { MOST_POINTS, Pen } from '../src/zones/pen.svelte';
import { refusal } from '../src/zones/refusal';

const spanish: Voice = { locale: 'es-AR', zone: null, say: (key, values) => fill(es[key], values ?? {}) };
const english: Voice = { locale: 'en-GB', zone: null, say: (key, values) => fill(en[key], values ?? {}) };

const SQUARE: Point[] = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
];
const AREA: Zone = {
  id: 'z1',
  camera_id: 'c1',
  name: 'Vereda',
  kind: 'area',
  points: SQUARE,
  width_m: null,
};
const LINE: Zone = {
  ...AREA,
  id: 'z2',
  name: 'Senda',
  kind: 'line',
  points: [
    [0.2, 0.5],
    [0.8, 0.5],
  ],
};

describe('the geometry of a zone', () => {
  test('keeps points in the picture, to four decimals', () => {
    expect(inside([-1, 2])).toEqual([0, 1]);
    expect(inside([1 / 3, 0.5])).toEqual([0.3333, 0.5]);
    expect(withPoint(SQUARE, 1, [2, -1])[1]).toEqual([1, 0]);
  });

  test('puts a point into the middle of an edge, the closing one too', () => {
    expect(withMiddle(SQUARE, 0)[1]).toEqual([0.4, 0.2]);
    expect(withMiddle(SQUARE, 3).at(-1)).toEqual([0.2, 0.4]);
    expect(withoutPoint(SQUARE, 0)).toHaveLength(3);
  });

  test('moves a shape whole, and only as far as the picture reaches', () => {
    expect(moved(SQUARE, 0.1, 0)[0]).toEqual([0.3, 0.2]);
    const pushed = moved(SQUARE, 5, -5);
    expect(pushed).toEqual([
      [0.6, 0],
      [1, 0],
      [1, 0.4],
      [0.6, 0.4],
    ]);
    expect(area(pushed)).toBeCloseTo(area(SQUARE));
  });

  test('tells a bow tie from a polygon', () => {
    const [a, b, c, d] = SQUARE as [Point, Point, Point, Point];
    expect(crossesItself(SQUARE)).toBe(false);
    expect(crossesItself([a, c, b, d])).toBe(true);
    expect(crossesItself([a, b, c])).toBe(false);
    expect(area(SQUARE)).toBeCloseTo(0.16);
  });

  test('points the arrow of a line to the right hand of who walks along it', () => {
    // To the right in the picture: the right hand is below.
    const arrow = arrowAcross(LINE.points, 16 / 9);
    expect(arrow?.from[0]).toBeCloseTo(0.5);
    expect(arrow?.to[1]).toBeGreaterThan(arrow?.from[1] ?? 1);
    // Downwards: the right hand is on the left of the picture.
    const down = arrowAcross(
      [
        [0.5, 0.2],
        [0.5, 0.8],
      ],
      16 / 9,
    );
    expect(down?.to[0]).toBeLessThan(down?.from[0] ?? 0);
    expect(arrowAcross([[0.5, 0.5]], 1)).toBeNull();
  });

  test('draws the arrow at a right angle as it is seen, whatever the aspect', () => {
    const aspect = 2;
    const [a, b]: Point[] = [
      [0.2, 0.2],
      [0.5, 0.8],
    ];
    if (!a || !b) throw new Error('no line');
    const arrow = arrowAcross([a, b], aspect);
    if (!arrow) throw new Error('no arrow');
    const along = [(b[0] - a[0]) * aspect, b[1] - a[1]] as const;
    const across = [(arrow.to[0] - arrow.from[0]) * aspect, arrow.to[1] - arrow.from[1]] as const;
    expect(along[0] * across[0] + along[1] * across[1]).toBeCloseTo(0);
  });
});

describe('the pen', () => {
  test('closes an area by hand and ends a line by itself', () => {
    const pen = new Pen('area');
    pen.add([0.1, 0.1]);
    pen.add([0.5, 0.1]);
    pen.finish();
    expect(pen.drawing).toBe(true);
    pen.add([0.5, 0.5]);
    pen.finish();
    expect([pen.drawing, pen.points.length]).toEqual([false, 3]);
    const line = new Pen('line');
    line.add([0.1, 0.1]);
    line.add([0.9, 0.1]);
    expect(line.drawing).toBe(false);
  });

  test('undoes a drag as one step, and steps one by one', () => {
    const pen = new Pen('area', SQUARE);
    pen.hold();
    pen.drag(0, [0.1, 0.1]);
    pen.drag(0, [0.0, 0.1]);
    pen.release();
    pen.nudge(1, 0.01, 0);
    expect(pen.points[0]).toEqual([0, 0.1]);
    pen.undo();
    pen.undo();
    expect(pen.points).toEqual(SQUARE);
    expect(pen.undoable).toBe(false);
  });

  test('drags the whole from where it was taken', () => {
    const pen = new Pen('area', SQUARE);
    pen.hold();
    pen.dragAll(0.05, 0);
    pen.dragAll(0.1, 0);
    pen.release();
    expect(pen.points[0]).toEqual([0.3, 0.2]);
  });

  test('undoes a new point and its drag together', () => {
    const pen = new Pen('area', SQUARE);
    pen.hold();
    const made = pen.split(0) ?? 0;
    pen.drag(made, [0.4, 0.1]);
    pen.release();
    expect(pen.points).toHaveLength(5);
    pen.undo();
    expect(pen.points).toEqual(SQUARE);
  });

  test('never leaves too few points or makes too many', () => {
    const pen = new Pen('area', SQUARE.slice(0, 3));
    pen.remove(0);
    expect(pen.points).toHaveLength(3);
    for (let count = 0; count < 2 * MOST_POINTS; count += 1) pen.split(0);
    expect(pen.points).toHaveLength(MOST_POINTS);
    const line = new Pen('line', LINE.points);
    expect(line.split(1)).toBeNull();
    expect(line.split(0)).toBe(1);
    line.turn();
    expect(line.points[0]).toEqual([0.8, 0.5]);
  });
});

describe("a zone's form", () => {
  test('wants a name and a shape that has an inside', () => {
    const draft = { ...zoneDraftOf(AREA), name: ' ' };
    expect(zoneFaults(draft, SQUARE)).toEqual({ name: 'required' });
    const named = zoneDraftOf(AREA);
    expect(zoneFaults(named, SQUARE.slice(0, 2))).toEqual({ points: 'points' });
    const [a, b, c, d] = SQUARE as [Point, Point, Point, Point];
    expect(zoneFaults(named, [a, c, b, d])).toEqual({ points: 'crossed' });
    const tiny: Point[] = [a, [0.201, 0.2], [0.2, 0.201]];
    expect(zoneFaults(named, tiny)).toEqual({ points: 'tiny' });
    expect(zoneFaults(zoneDraftOf(LINE), LINE.points)).toEqual({});
  });

  test('takes metres with a comma, and none at all', () => {
    expect(metresOf('12,5')).toBe(12.5);
    expect([metresOf(''), metresOf('many')]).toEqual([null, null]);
    expect(zoneFaults({ ...zoneDraftOf(AREA), width: 'x' }, SQUARE)).toEqual({ width: 'metres' });
    expect(zoneFaults({ ...zoneDraftOf(AREA), width: '0' }, SQUARE)).toEqual({ width: 'metres' });
    const input = zoneInputOf({ ...zoneDraftOf(AREA), width: '8' }, SQUARE);
    expect(input).toEqual({ name: 'Vereda', kind: 'area', points: SQUARE, width_m: 8 });
  });

  test('finds a name that nobody has', () => {
    expect(freeName('Área', ['Área 1', 'Área 2'])).toBe('Área 3');
  });
});

describe('a schedule', () => {
  test('is read as it is typed', () => {
    expect([minuteOf('22:00', false), minuteOf('0:00', true), minuteOf('24:00', true)]).toEqual([
      1320, 1440, 1440,
    ]);
    expect([minuteOf('24:00', false), minuteOf('25:00', true), minuteOf('x', true)]).toEqual([
      null,
      null,
      null,
    ]);
    expect([fieldText(360), fieldText(1440)]).toEqual(['06:00', '24:00']);
  });

  test('knows nights, whole days and runs of days', () => {
    const night: Schedule = { days: [0, 1, 2], start_minute: 1320, end_minute: 360 };
    expect([overnight(night), wholeDay(night)]).toEqual([true, false]);
    expect(dayRuns([4, 0, 1, 2, 6])).toEqual([
      [0, 2],
      [4, 4],
      [6, 6],
    ]);
    const always = { days: [0, 1, 2, 3, 4, 5, 6], start_minute: 0, end_minute: 1440 };
    expect(simplest(always)).toBeNull();
    expect(simplest(night)).toEqual(night);
  });

  test.each<[Schedule | null, string, string]>([
    [null, '', ''],
    [
      { days: [0, 1, 2, 3, 4, 5, 6], start_minute: 1320, end_minute: 360 },
      'de 22:00 a 6:00',
      'from 22:00 to 6:00',
    ],
    [
      { days: [0, 1, 2, 3, 4], start_minute: 480, end_minute: 1080 },
      'de lunes a viernes, de 8:00 a 18:00',
      'from Monday to Friday, from 8:00 to 18:00',
    ],
    [
      { days: [5, 6], start_minute: 0, end_minute: 1440 },
      'los sábados y los domingos',
      'on Saturdays and on Sundays',
    ],
  ])('%j', (schedule, inSpanish, inEnglish) => {
    expect(scheduleText(schedule, spanish)).toBe(inSpanish);
    expect(scheduleText(schedule, english)).toBe(inEnglish);
  });
});

describe("a rule's sentence", () => {
  const rule: Spoken = {
    labels: ['person'],
    condition: 'stays',
    seconds: 30,
    count: 1,
    direction: 'any',
    speed_kmh: null,
    schedule: { days: [0, 1, 2, 3, 4, 5, 6], start_minute: 1320, end_minute: 360 },
  };

  test.each<[Partial<Spoken>, string, string]>([
    [
      {},
      'Avisar cuando una persona permanezca más de 30 s en «Vereda» de 22:00 a 6:00.',
      'Alert when a person stays longer than 30 s in “Vereda” from 22:00 to 6:00.',
    ],
    [
      { condition: 'enters', labels: ['bicycle', 'person'], seconds: 0, schedule: null },
      'Avisar cuando una persona o una bicicleta entre en «Vereda».',
      'Alert when a person or a bicycle enters “Vereda”.',
    ],
    [
      { condition: 'count', count: 5, seconds: 10, schedule: null },
      'Avisar cuando haya al menos 5 personas a la vez en «Vereda» y eso dure al menos 10 s.',
      'Alert when there are at least 5 people at once in “Vereda” and that lasts at least 10 s.',
    ],
    [
      { condition: 'count', count: 1, seconds: 0, labels: ['dog'], schedule: null },
      'Avisar cuando haya un perro en «Vereda».',
      'Alert when there is a dog in “Vereda”.',
    ],
    [
      { condition: 'crosses', direction: 'to_left', schedule: null },
      'Avisar cuando una persona cruce «Vereda» en el sentido de la flecha.',
      'Alert when a person crosses “Vereda” in the direction of the arrow.',
    ],
    [
      { condition: 'crosses', schedule: null },
      'Avisar cuando una persona cruce «Vereda» en cualquier sentido.',
      'Alert when a person crosses “Vereda” either way.',
    ],
    [
      { condition: 'speed', labels: ['car'], speed_kmh: 40, seconds: 0, schedule: null },
      'Avisar cuando un auto supere los 40 km/h en «Vereda».',
      'Alert when a car goes faster than 40 km/h in “Vereda”.',
    ],
    [
      { condition: 'wrong_way', labels: ['car', 'motorcycle'], seconds: 0, schedule: null },
      'Avisar cuando una motocicleta o un auto circule a contramano en «Vereda».',
      'Alert when a motorcycle or a car goes the wrong way in “Vereda”.',
    ],
    [
      { condition: 'stopped', labels: ['truck'], seconds: 90, schedule: null },
      'Avisar cuando un camión se detenga más de 1 min 30 s en «Vereda».',
      'Alert when a truck stops for longer than 1 min 30 s in “Vereda”.',
    ],
  ])('%j', (changes, inSpanish, inEnglish) => {
    expect(sentence({ ...rule, ...changes }, 'Vereda', spanish)).toBe(inSpanish);
    expect(sentence({ ...rule, ...changes }, 'Vereda', english)).toBe(inEnglish);
  });

  test('names the zone where the hours are not those of the reader', () => {
    expect(sentence(rule, 'Vereda', { ...spanish, zone: 'UTC' })).toBe(
      'Avisar cuando una persona permanezca más de 30 s en «Vereda» de 22:00 a 6:00 (UTC).',
    );
  });

  test('says seconds as people do', () => {
    expect([5, 60, 125].map(secondsText)).toEqual(['5 s', '1 min', '2 min 5 s']);
  });
});

describe("a rule's form", () => {
  const stored: Rule = {
    id: 'r1',
    camera_id: 'c1',
    zone_id: 'z1',
    name: 'Noche',
    labels: ['person'],
    condition: 'stays',
    seconds: 30,
    count: 1,
    direction: 'any',
    heading: null,
    speed_kmh: null,
    schedule: { days: [6, 0], start_minute: 0, end_minute: 1440 },
    hold_s: 3,
    cool_down_s: 30,
    enabled: true,
  };

  test('gives back what was stored', () => {
    const input: Partial<Rule> = { ...stored };
    delete input.id;
    delete input.camera_id;
    const expected = { ...(input as RuleInput), schedule: { ...stored.schedule, days: [0, 6] } };
    expect(ruleInputOf(ruleDraftOf(stored))).toEqual(expected);
  });

  test('a new rule is paused until it was tried', () => {
    expect(blankRule(AREA, 'Regla 1')).toMatchObject({ enabled: false, condition: 'enters' });
    expect(blankRule(LINE, 'Regla 1').condition).toBe('crosses');
  });

  test('offers what a zone can answer', () => {
    expect(conditionsFor(AREA)).not.toContain('speed');
    expect(conditionsFor({ ...AREA, width_m: 10 })).toContain('speed');
    expect(conditionsFor(LINE)).toEqual(['crosses']);
    expect(conditionsFor({ ...AREA, kind: 'private' })).toEqual([]);
  });

  test('changes with its condition and its zone', () => {
    const draft = ruleDraftOf(stored);
    const stopped = withCondition(draft, 'stopped');
    expect(stopped.labels).not.toContain('person');
    expect(stopped.seconds).toBe(30);
    expect(withCondition(withCondition(draft, 'enters'), 'stays').seconds).toBe(30);
    expect(withCondition(draft, 'enters').seconds).toBe(0);
    expect(withZone(draft, LINE)).toMatchObject({ zone_id: 'z2', condition: 'crosses' });
    expect(withZone(withZone(draft, LINE), AREA).condition).toBe('enters');
  });

  test('says what is missing', () => {
    const draft = ruleDraftOf(stored);
    expect(ruleFaults(draft)).toEqual({});
    expect(ruleFaults({ ...draft, labels: [], name: '', seconds: 0 })).toEqual({
      labels: 'labels',
      name: 'required',
      seconds: 'number',
    });
    expect(ruleFaults({ ...draft, condition: 'count', count: null, seconds: 0 })).toEqual({
      count: 'number',
    });
    const never = { days: [], start_minute: 0, end_minute: 60 };
    expect(ruleFaults({ ...draft, schedule: never })).toEqual({ days: 'days' });
  });

  test('sends only what the condition uses', () => {
    const draft = { ...ruleDraftOf(stored), heading: 90, count: 7, speed_kmh: 50 };
    expect(ruleInputOf(draft)).toMatchObject({ heading: null, count: 1, speed_kmh: null });
    const way = withCondition(draft, 'wrong_way');
    expect(ruleInputOf(way)).toMatchObject({ heading: 90, count: 1, speed_kmh: null });
  });
});

test('a refusal says what stands in the way', () => {
  const conflict = (values: object) => problemFrom(409, { kind: 'conflict', values });
  expect(refusal(conflict({ field: 'name' }), 'zone')?.word).toBe('zones.taken');
  expect(refusal(conflict({ field: 'name' }), 'rule')?.word).toBe('rules.taken');
  expect(refusal(conflict({ rule: 'Noche' }), 'zone')).toEqual({
    word: 'zones.clash',
    values: { name: 'Noche' },
  });
  expect(refusal(conflict({ most: 64 }), 'rule')?.values).toEqual({ n: 64 });
  expect(refusal(problemFrom(403, null), 'zone')).toBeNull();
});
