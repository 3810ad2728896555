// The supergraph of running subgraphs, composed from what each says of itself.
import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'

export async function supergraph(addresses) {
  const services = await Promise.all(
    Object.entries(addresses).map(async ([name, url]) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' })
      })
      const { data } = await response.json()
      return { name, url, typeDefs: parse(data._service.sdl) }
    })
  )
  const composed = composeServices(services)
  if (!composed.supergraphSdl) throw new Error(composed.errors.map(String).join('\n'))
  return composed.supergraphSdl
}
