"""The user's own library as a gallery for a browser, and as a service like nekos.best.

Needs the extras: ``pip install 'animedex[pictures,serve]'``.
"""
