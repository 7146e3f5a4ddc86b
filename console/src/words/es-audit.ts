/** Español: control y transparencia. */
export const esAudit = {
  'oversight.views': 'Partes del control',
  'nav.oversight': 'Control',
  'oversight.none': 'Su función no tiene nada que ver aquí.',
} as const;
