/** English: accounts, roles and signing in. */
export const enAccess = {
  'oversight.people': 'People',
};
