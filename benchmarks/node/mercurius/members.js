// What both schemas have in common: types, loaders, references.
import DataLoader from 'dataloader'

export const TYPES = (shareable = '') => `
  type Cluster ${shareable} { slug: String! }
  type LocalizedText ${shareable} { text: String!, lang: String! }
  type Offer ${shareable} {
    id: ID!
    kind: OfferKind!
    trl: Int
    validUntil: String!
    title: LocalizedText
  }
  type Need ${shareable} {
    id: ID!
    kind: NeedKind!
    validUntil: String!
    title: LocalizedText
  }
  type Member ${shareable} {
    id: ID!
    cluster: Cluster!
    displayName: String!
    sector: Sector!
    orgType: OrgType!
    founded: Int
    city: String
    country: String!
    updatedAt: String!
    offers(first: Int! = 20): [Offer!]!
    needs(first: Int! = 20): [Need!]!
  }
  type PageInfo ${shareable} { hasNextPage: Boolean! }
  type MemberEdge ${shareable} { node: Member!, score: Int }
  type MemberConnection ${shareable} { edges: [MemberEdge!]!, nodes: [Member!]!, pageInfo: PageInfo! }
  input MemberFilter { sectors: [Sector!] }
  input MemberOrder { field: MemberOrderField! }
  enum MemberOrderField { NAME }
  enum Sector { PRIVATE INSTITUTIONAL PUBLIC }
  enum OrgType {
    STARTUP SME LARGE_ENTERPRISE INVESTOR UNIVERSITY COLLEGE RESEARCH_CENTRE NGO ASSOCIATION MUNICIPALITY
    GOVERNMENT_AGENCY
  }
  enum OfferKind { BUSINESS_OFFER TECHNOLOGY_OFFER EXPERTISE_OFFER FACILITY_OFFER }
  enum NeedKind {
    BUSINESS_REQUEST TECHNOLOGY_REQUEST RD_PARTNER_REQUEST CHALLENGE TALENT_REQUEST FUNDING_REQUEST
  }
`

const idOf = (typename, { cluster, key }) => Buffer.from(`${typename}:${cluster}:${key}`).toString('base64url')

export function reference(id) {
  const [, cluster, ...key] = Buffer.from(id, 'base64url').toString().split(':')
  return { cluster, key: key.join(':') }
}

export const cursor = after => (after ? JSON.parse(Buffer.from(after, 'base64').toString()) : null)

const title = row => (row.text === null ? null : row)

export const RESOLVERS = {
  Cluster: { slug: cluster => cluster },
  Member: {
    id: row => idOf('Member', row),
    displayName: row => row.display_name,
    orgType: row => row.org_type,
    updatedAt: row => row.updated_at
  },
  Offer: { id: row => idOf('Offer', row), validUntil: row => row.valid_until, title },
  Need: { id: row => idOf('Need', row), validUntil: row => row.valid_until, title },
  MemberConnection: { edges: page => page.rows.map(row => ({ node: row, score: row.score })), nodes: page => page.rows },
  PageInfo: { hasNextPage: more => more }
}

/** The first so many rows as a connection. */
export const connection = (rows, first) => ({ rows: rows.slice(0, first), pageInfo: rows.length > first })

/** A loader of members by reference, for one request: one statement a city. */
export const memberLoader = registries =>
  new DataLoader(
    async references => {
      const found = new Map()
      await byCluster(references, async (cluster, keys) => {
        for (const row of await registries.get(cluster).members(keys)) found.set(`${cluster}:${row.key}`, row)
      })
      return references.map(({ cluster, key }) => found.get(`${cluster}:${key}`) ?? null)
    },
    { cacheKeyFn: ({ cluster, key }) => `${cluster}:${key}` }
  )

/** Mercurius' loaders: the offers and needs of all members of an answer at once, one statement a city and kind. */
export function loaders(registries) {
  const postings = kind => ({
    loader: async asked => {
      const found = new Map()
      const { first } = asked[0].params
      await byCluster(
        asked.map(({ obj }) => obj),
        async (cluster, keys) => {
          for (const row of await registries.get(cluster).postings(kind, keys, first)) {
            const owner = `${cluster}:${row.owner}`
            const listed = found.get(owner)
            listed ? listed.push(row) : found.set(owner, [row])
          }
        }
      )
      return asked.map(({ obj }) => found.get(`${obj.cluster}:${obj.key}`) ?? [])
    },
    opts: { cache: false }
  })
  return { Member: { offers: postings('offer'), needs: postings('need') } }
}

async function byCluster(references, each) {
  const keys = new Map()
  for (const { cluster, key } of references) {
    const listed = keys.get(cluster)
    listed ? listed.push(key) : keys.set(cluster, [key])
  }
  await Promise.all([...keys].map(([cluster, listed]) => each(cluster, listed)))
}
