// Hive Gateway over the subgraphs of SUBGRAPHS (addresses by name, JSON); reports to nobody.
import { defineConfig } from '@graphql-hive/gateway'
import { supergraph } from './supergraph.js'

const composed = await supergraph(JSON.parse(process.env.SUBGRAPHS))

export const gatewayConfig = defineConfig({
  supergraph: () => composed,
  pollingInterval: 0,
  graphiql: false,
  landingPage: false,
  logging: false
})

process.stdin.on('end', () => process.exit()).resume()
