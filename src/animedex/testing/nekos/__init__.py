"""Answer as nekos.best v2 does (https://docs.nekos.best/), from any collection of pictures."""
