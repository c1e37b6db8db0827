"""The public side (网上查询): publication packages as they lie in a folder, and the lookup over the latest of them.

Reads packages and nothing else: no part of it can open the store.
"""
