/** Español: el libro de actos. */
export const esLedger = {
  'oversight.ledger': 'Libro de actos',
} as const;
