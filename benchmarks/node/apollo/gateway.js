// Apollo Gateway over the subgraphs of SUBGRAPHS (addresses by name, JSON), on PORT; reports to nobody.
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled'
import { startStandaloneServer } from '@apollo/server/standalone'
import { supergraph } from './supergraph.js'

const gateway = new ApolloGateway({
  supergraphSdl: await supergraph(JSON.parse(process.env.SUBGRAPHS)),
  buildService: ({ url }) => new RemoteGraphQLDataSource({ url, apq: false })
})
const server = new ApolloServer({
  gateway,
  introspection: false,
  plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginUsageReportingDisabled()]
})
await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: Number(process.env.PORT) } })
process.stdin.on('end', () => process.exit()).resume()
