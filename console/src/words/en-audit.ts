/** English: oversight and transparency. */
export const enAudit = {
  'oversight.views': 'Parts of oversight',
  'nav.oversight': 'Oversight',
  'oversight.none': 'Your role has nothing to see here.',
};
