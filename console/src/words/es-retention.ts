/** Español: conservación, retenciones y claves. */
export const esRetention = {
  'oversight.retention': 'Conservación',
} as const;
