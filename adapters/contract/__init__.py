"""What a registry promises the gateway: objects, shapes, requests, answers.

Standard library only. Adapters implement it, the gateway and the schema read it.
"""
