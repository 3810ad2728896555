// The hand-written server: both registries behind one schema, lists merged here. PORT, REGISTRIES from the environment.
import { connection, cursor, loaders, memberLoader, reference, RESOLVERS, TYPES } from './members.js'
import { openRegistries } from './registries.js'
import { serve } from './serving.js'

const registries = openRegistries()

const schema = `
  ${TYPES()}
  type Query {
    member(id: ID!): Member
    nodes(ids: [ID!]!): [Member]!
    members(search: String, filter: MemberFilter, orderBy: MemberOrder, first: Int! = 20, after: String): MemberConnection!
  }
`

const less = (one, other) => (one < other ? -1 : one > other ? 1 : 0)
const byName = (one, other) =>
  less(one.name_key, other.name_key) || less(one.cluster, other.cluster) || less(one.key, other.key)
const byScore = (one, other) =>
  other.score - one.score || less(other.cluster, one.cluster) || less(other.key, one.key)

const everywhere = async ask => (await Promise.all(Array.from(registries.values(), ask))).flat()

const resolvers = {
  ...RESOLVERS,
  Query: {
    member: (_, { id }, context) => context.members.load(reference(id)),
    nodes: (_, { ids }, context) => context.members.loadMany(ids.map(reference)),
    members: async (_, { search, filter, first, after }) => {
      const rows = search
        ? (await everywhere(registry => registry.found(search, filter?.sectors ?? []))).sort(byScore)
        : (await everywhere(registry => registry.byName(cursor(after), first + 1))).sort(byName)
      return connection(rows, first)
    }
  }
}

serve({
  schema,
  resolvers,
  loaders: loaders(registries),
  context: () => ({ members: memberLoader(registries) })
})
