// One city as a subgraph of a federation. CITY names its fields, CLUSTER is its code; PORT and REGISTRIES as server.js.
//
// No router merges two lists into one, so each city has root fields of its own; the types are shared by both.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { connection, cursor, loaders, memberLoader, reference, RESOLVERS, TYPES } from './members.js'
import { openRegistries } from './registries.js'
import { serve } from './serving.js'

const { CITY, CLUSTER } = process.env
const registries = openRegistries(CLUSTER)
const registry = registries.get(CLUSTER)

const resolvers = {
  ...RESOLVERS,
  Query: {
    [`${CITY}Member`]: (_, { id }, context) => context.members.load(reference(id)),
    [`${CITY}Nodes`]: (_, { ids }, context) => context.members.loadMany(ids.map(reference)),
    [`${CITY}Members`]: async (_, { search, filter, first, after }) =>
      connection(
        await (search ? registry.found(search, filter?.sectors ?? []) : registry.byName(cursor(after), first + 1)),
        first
      )
  }
}

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@shareable"])
  ${TYPES('@shareable')}
  type Query {
    ${CITY}Member(id: ID!): Member
    ${CITY}Nodes(ids: [ID!]!): [Member]!
    ${CITY}Members(
      search: String, filter: MemberFilter, orderBy: MemberOrder, first: Int! = 20, after: String
    ): MemberConnection!
  }
`)

serve({
  schema: buildSubgraphSchema({ typeDefs, resolvers }),
  loaders: loaders(registries),
  context: () => ({ members: memberLoader(registries) })
})
