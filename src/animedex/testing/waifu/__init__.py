"""Answer as Waifu.im v7 does (https://docs.waifu.im/), from any collection of images."""
