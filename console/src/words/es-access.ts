/** Español: cuentas, roles e ingreso. */
export const esAccess = {
  'oversight.people': 'Personas',
} as const;
