/** Español: pedidos y autorizaciones para ver originales. */
export const esGrants = {
  'oversight.requests': 'Pedidos de original',
} as const;
