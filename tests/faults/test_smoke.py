async def test_all(gateway):
    a = await gateway.ask("{members(first:100){edges{node{id displayName}} totalCount complete sources{cluster{slug} status returned total} facets(fields:[SECTOR]){complete values{value count}}}}", 5)
    print(a.body)
    print(a.body["data"]["members"]["totalCount"], a.statuses, a.members["facets"], a.errors, a.seconds)
    print([e["node"]["displayName"] for e in a.members["edges"]][:20])
    print(gateway.tasks(), gateway.at_rest)
    print(await gateway.ready(3))
