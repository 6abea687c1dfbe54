// oidc-provider with one client in memory: its tokens by client_credentials, their introspection.
import Provider from 'oidc-provider';

const provider = new Provider(`http://127.0.0.1:${process.env.PORT}`, {
  clients: [{
    client_id: 'bench', client_secret: 'bench-secret-of-more-than-thirty-two-characters', grant_types: ['client_credentials'],
    redirect_uris: [], response_types: [],
  }],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
});
provider.use(async (context, next) => {
  if (context.path === '/health') context.body = 'ok';
  else await next();
});
provider.listen(Number(process.env.PORT), '127.0.0.1');
