"""Who fits whom, and why: what registries are asked to score, the reasons for a score, and the best teams.

Pure: no GraphQL, no HTTP, no SQL. Scores come from the registries; here is what they mean.
"""
