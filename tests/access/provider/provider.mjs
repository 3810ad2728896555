// A real OpenID provider: node-oidc-provider with the client credentials grant and access tokens as JWTs (RFC 9068).
// In the environment: PORT, and CLIENTS, a JSON list of {id, secret, alg, audience, scope, claims}. Reads commands from
// standard input, a line each, and answers each with a line: `rotate` signs with new keys from now on and publishes the
// old ones, too; `retire` publishes the newest only.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

const issuer = `http://127.0.0.1:${process.env.PORT}`
const clients = new Map(JSON.parse(process.env.CLIENTS).map((client) => [client.id, client]))
const algorithms = ['RS256', 'ES256', 'EdDSA']
let generations = []
let answer

const generate = async () => {
  return Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${Date.now()}` }
    }),
  )
}

const serve = () => {
  const provider = new Provider(issuer, {
    jwks: { keys: generations.flat() },
    clients: [...clients.values()].map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    scopes: [...new Set([...clients.values()].flatMap(({ scope }) => scope.split(' ')))],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:corridor',
        getResourceServerInfo: (_context, _resource, { clientId }) => {
          const { alg, audience, scope } = clients.get(clientId)
          return { audience, scope, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg } } }
        },
      },
    },
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    extraTokenClaims: (_context, token) => clients.get(token.clientId).claims,
  })
  answer = provider.callback()
}

const commands = {
  rotate: async () => {
    generations.unshift(await generate())
    serve()
  },
  retire: async () => {
    generations = generations.slice(0, 1)
    serve()
  },
}

await commands.rotate()
createServer((request, response) => answer(request, response)).listen(process.env.PORT, '127.0.0.1', () => {
  console.log('listening')
  createInterface({ input: process.stdin })
    .on('line', async (command) => {
      await commands[command]()
      console.log(command)
    })
    .on('close', () => process.exit())
})
