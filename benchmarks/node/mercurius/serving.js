// Fastify and mercurius with graphql-jit, on a port of 127.0.0.1, until standard input ends with the parent.
import Fastify from 'fastify'
import mercurius from 'mercurius'

export function serve(options) {
  const app = Fastify()
  app.register(mercurius, { ...options, jit: 1 })
  app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
  process.stdin.on('end', () => process.exit()).resume()
}
