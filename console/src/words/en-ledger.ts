/** English: the ledger. */
export const enLedger = {
  'oversight.ledger': 'Ledger',
};
