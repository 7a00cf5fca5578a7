"""The tools of `animedex.tool` as a server of the Model Context Protocol.

https://modelcontextprotocol.io/specification/2025-11-25
"""
