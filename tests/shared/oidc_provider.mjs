// A certified OpenID Connect provider as a town might run it: `node … PORT REDIRECT…`.
// Anybody signs in under any name, which is the subject.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const modules = createRequire(`${process.cwd()}/package.json`);
const { default: Provider } = await import(pathToFileURL(modules.resolve('oidc-provider')).href);

const [port, ...redirects] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'farola',
      client_secret: 'a secret: with % and +',
      redirect_uris: redirects,
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  cookies: { keys: ['of this test alone'] },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
