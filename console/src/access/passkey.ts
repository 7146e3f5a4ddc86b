/** The browser's side of WebAuthn: asks the person's device, gives its answer as plain JSON. */

/** Whether this page can use passkeys at all: they belong to a host name, never to an IP address. */
export function passkeysPossible(): boolean {
  const address = /^[\d.]+$|^\[/.test(location.hostname);
  return (
    window.isSecureContext &&
    !address &&
    typeof PublicKeyCredential !== 'undefined' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential
  );
}

/** Thrown when the person closed the browser's dialog or let it run out. */
export class PasskeyDeclined extends Error {}

async function asked(asking: Promise<Credential | null>): Promise<Record<string, unknown>> {
  let credential: Credential | null;
  try {
    credential = await asking;
  } catch {
    throw new PasskeyDeclined();
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyDeclined();
  return credential.toJSON() as Record<string, unknown>;
}

export function usePasskey(
  options: PublicKeyCredentialRequestOptionsJSON,
): Promise<Record<string, unknown>> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return asked(navigator.credentials.get({ publicKey }));
}

export function makePasskey(
  options: PublicKeyCredentialCreationOptionsJSON,
): Promise<Record<string, unknown>> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return asked(navigator.credentials.create({ publicKey }));
}
