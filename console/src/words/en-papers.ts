/** English: cameras' papers. */
export const enPapers = {
  'oversight.papers': 'Camera papers',
};
