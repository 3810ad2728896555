// The two registries as this server knows them: a pool for each city, and the SELECTs written over its projections.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'

const LANGUAGES = `'{en,fr,es}'::text[]`
const SCALARS = `key, display_name, sector, org_type, founded, city, country,
  to_char(updated_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as updated_at`

pg.types.setTypeParser(pg.types.builtins.DATE, text => text)
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** One city's registry. Statements are prepared once on each connection, named by their text. */
class Registry {
  #pool
  #projections
  #searches
  #names = new Map()

  constructor(cluster, { dsn, size, projections, searches }, session) {
    this.cluster = cluster
    this.#projections = projections
    this.#searches = searches
    const options = Object.entries(session).map(([name, value]) => `-c ${name}=${value}`).join(' ')
    this.#pool = new pg.Pool({ connectionString: dsn, max: size, idleTimeoutMillis: 0, options })
  }

  /** Members by key. */
  members(keys) {
    return this.#rows(`select ${SCALARS} from (${this.#projections.member}) as row where key = any($1::text[])`, [keys])
  }

  /** So many members by name behind a boundary: [name, cluster, key]. */
  byName(after, limit) {
    let behind = ''
    let values = []
    if (after) {
      const [name, cluster, key] = after
      if (cluster === this.cluster) {
        behind = 'where (name_key collate "C", key collate "C") > ($2, $3)'
        values = [name, key]
      } else {
        behind = `where name_key collate "C" ${cluster < this.cluster ? '>=' : '>'} $2`
        values = [name]
      }
    }
    return this.#rows(
      `select ${SCALARS}, name_key from (${this.#projections.member}) as row ${behind}
       order by name_key collate "C", key collate "C" limit $1`,
      [limit, ...values]
    )
  }

  /** The best members for a search, with their points: the statement is given, the rows are joined to it. */
  found(search, sectors) {
    const { sql, values } = this.#searches[JSON.stringify([search, sectors])]
    return this.#rows(
      `select row.*, hit.score from (${sql}) as hit
       cross join lateral (select ${SCALARS} from (${this.#projections.member}) as row where key = hit.key) as row
       order by hit.score desc, hit.key collate "C" desc`,
      values
    )
  }

  /** The latest so many offers or needs of each of these members, with their titles; "owner" says whose each is. */
  postings(kind, owners, limit) {
    const maturity = kind === 'offer' ? 'trl, ' : ''
    return this.#rows(
      `select owner.key as owner, posting.*, title.text, title.lang
       from unnest($1::text[]) as owner (key)
       cross join lateral (
         select key, kind, ${maturity}valid_until, updated_at
         from (${this.#projections[kind]}) as row
         where owner_key = owner.key
         order by updated_at desc, key
         limit $2
       ) as posting
       left join lateral (
         select text, lang
         from (${this.#projections[`${kind}_text`]}) as row
         where ${kind}_key = posting.key and field = 'TITLE'
         order by array_position(${LANGUAGES}, lang), lang
         limit 1
       ) as title on true
       order by posting.updated_at desc, posting.key`,
      [owners, limit]
    )
  }

  async #rows(text, values) {
    let name = this.#names.get(text)
    if (name === undefined) {
      name = createHash('sha256').update(text).digest('hex').slice(0, 32)
      this.#names.set(text, name)
    }
    const { rows } = await this.#pool.query({ name, text, values })
    for (const row of rows) row.cluster = this.cluster
    return rows
  }
}

/** Opens the registries of the file that REGISTRIES names; only the one of `cluster` if one is given. */
export function openRegistries(cluster) {
  const { session, clusters } = JSON.parse(readFileSync(process.env.REGISTRIES, 'utf8'))
  return new Map(
    Object.entries(clusters)
      .filter(([code]) => cluster === undefined || code === cluster)
      .map(([code, given]) => [code, new Registry(code, given, session)])
  )
}
