/**
 * Zones as points in fractions of the picture: (0, 0) is its top left corner, (1, 1) its bottom
 * right. `aspect` is the picture's width over its height, for what is measured as it is seen. Pure.
 */

export type Point = [x: number, y: number];

/** Four decimals: a third of a pixel at 4K, and readable in a request. */
function rounded(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
}

export function inside(point: Point): Point {
  return [rounded(point[0]), rounded(point[1])];
}

export function withPoint(points: readonly Point[], index: number, to: Point): Point[] {
  return points.map((point, at) => (at === index ? inside(to) : point));
}

export function withoutPoint(points: readonly Point[], index: number): Point[] {
  return points.filter((_, at) => at !== index);
}

/** With a new point in the middle of the edge that begins at `index`. */
export function withMiddle(points: readonly Point[], index: number): Point[] {
  const from = points[index];
  const to = points[(index + 1) % points.length];
  if (!from || !to) return [...points];
  const middle = inside([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
  return [...points.slice(0, index + 1), middle, ...points.slice(index + 1)];
}

/** The whole shape moved, as far as it stays in the picture. */
export function moved(points: readonly Point[], byX: number, byY: number): Point[] {
  const within = (by: number, values: number[]): number =>
    Math.min(Math.max(by, -Math.min(...values)), 1 - Math.max(...values));
  const x = within(
    byX,
    points.map((point) => point[0]),
  );
  const y = within(
    byY,
    points.map((point) => point[1]),
  );
  return points.map((point) => inside([point[0] + x, point[1] + y]));
}

export function distance(a: Point, b: Point, aspect: number): number {
  return Math.hypot((a[0] - b[0]) * aspect, a[1] - b[1]);
}

/** The share of the picture that the polygon covers, 0 to 1. */
export function area(points: readonly Point[]): number {
  let twice = 0;
  points.forEach(([x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length] ?? [x, y];
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

function turn(a: Point, b: Point, c: Point): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

/** Whether two edges that share no end cross. */
function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

/** Whether the polygon's own edges cross, which leaves unclear what lies inside. */
export function crossesItself(points: readonly Point[]): boolean {
  const count = points.length;
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 2; other < count; other += 1) {
      if (one === 0 && other === count - 1) continue;
      const ends = [one, one + 1, other, other + 1].map((index) => points[index % count]);
      const [a, b, c, d] = ends;
      if (a && b && c && d && cross(a, b, c, d)) return true;
    }
  }
  return false;
}

/** Where a line's name stands: near its first point, clear of the arrow in its middle. */
export function nearStart(points: readonly Point[]): Point {
  const [a, b] = [points[0], points[1]];
  if (!a || !b) return a ?? [0, 0];
  return [a[0] + (b[0] - a[0]) * 0.15, a[1] + (b[1] - a[1]) * 0.15];
}

/** The middle of the points, where a polygon's name stands. */
export function middle(points: readonly Point[]): Point {
  const count = Math.max(1, points.length);
  const sum = points.reduce((so, point) => [so[0] + point[0], so[1] + point[1]], [0, 0]);
  return [sum[0] / count, sum[1] / count];
}

export interface Arrow {
  from: Point;
  to: Point;
}

/**
 * The arrow across a line, from one side to the other as it is seen: it points to the right hand of
 * somebody who walks from the line's first point to its second. `length` is a share of the height.
 */
export function arrowAcross(points: readonly Point[], aspect: number, length = 0.16): Arrow | null {
  const [a, b] = [points[0], points.at(-1)];
  if (!a || !b || points.length < 2) return null;
  const along = [(b[0] - a[0]) * aspect, b[1] - a[1]] as const;
  const whole = Math.hypot(along[0], along[1]);
  if (whole === 0) return null;
  const [across, down] = [-along[1] / whole, along[0] / whole];
  const [x, y] = middle([a, b]);
  const half = length / 2;
  return {
    from: [x - (across * half) / aspect, y - down * half],
    to: [x + (across * half) / aspect, y + down * half],
  };
}

/** A shape to begin with, for whoever does not draw by pointing. */
export function firstShape(line: boolean): Point[] {
  if (line) {
    return [
      [0.3, 0.6],
      [0.7, 0.6],
    ];
  }
  return [
    [0.3, 0.4],
    [0.7, 0.4],
    [0.7, 0.8],
    [0.3, 0.8],
  ];
}
