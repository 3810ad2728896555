// PostGraphile over the database of DATABASE, on PORT of 127.0.0.1.
import { createServer } from 'node:http'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ['NodePlugin'],
  pgServices: [
    makePgService({ connectionString: process.env.DATABASE, schemas: ['public'], poolConfig: { max: 10 } })
  ],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false }
}

const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
process.stdin.on('end', () => process.exit()).resume()
