/** English: requests and grants for originals. */
export const enGrants = {
  'oversight.requests': 'Requests for originals',
};
