/** Español: las fichas de las cámaras. */
export const esPapers = {
  'oversight.papers': 'Fichas de cámaras',
} as const;
