"""Serving ASGI applications on this machine: what the gallery and the sample servers share."""
