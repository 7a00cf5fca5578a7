"""Picture files: formats, decoding, fingerprints, credits, file names."""
