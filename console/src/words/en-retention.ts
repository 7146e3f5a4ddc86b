/** English: retention, holds and keys. */
export const enRetention = {
  'oversight.retention': 'Retention',
};
