/** The one importer of uPlot, loaded when a chart is first shown. */

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Drawn {
  resize(width: number): void;
  destroy(): void;
}

export interface Drawing {
  names: string[];
  columns: (number | null)[][];
  /** How many hours have begun; the column after them only ends the last step. */
  known: number;
  zone: string;
  width: number;
  height: number;
  /** The local time of day of an instant in seconds. */
  time(seconds: number): string;
  number(value: number): string;
  timeWord: string;
}

/** Lines keep apart by their dashes too. */
const DASHES: number[][] = [[], [8, 4], [2, 3], [10, 4, 2, 4], [4, 2], [14, 4]];

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function draw(target: HTMLElement, drawing: Drawing): Drawn {
  const { names, columns, zone, width, height } = drawing;
  const text = colour('--muted');
  const lines = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-5', '--chart-6'];
  const axis: uPlot.Axis = {
    stroke: text,
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const chart = new uPlot(
    {
      width,
      height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_chart, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] } },
      axes: [
        { ...axis, values: (_chart, splits) => splits.map((each) => drawing.time(each)), space: 64 },
        {
          ...axis,
          size: 48,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
          values: (_chart, splits) => splits.map((each) => drawing.number(each)),
        },
      ],
      series: [
        {
          label: drawing.timeWord,
          value: (_chart, value) => (value === null ? '–' : drawing.time(value)),
        },
        ...names.map((label, index) => ({
          label,
          stroke: colour(lines[index % lines.length] ?? '--chart-1'),
          dash: DASHES[index % DASHES.length] ?? [],
          width: 2,
          points: { show: false },
          ...(stepped ? { paths: stepped } : {}),
          value: (_chart: uPlot, value: number | null, _series: number, at: number | null) =>
            value === null || (at ?? 0) >= drawing.known ? '–' : drawing.number(value),
        })),
      ],
    },
    columns as uPlot.AlignedData,
    target,
  );
  return {
    resize: (next) => {
      chart.setSize({ width: next, height });
    },
    destroy: () => {
      chart.destroy();
    },
  };
}
