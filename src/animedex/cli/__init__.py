"""The command line: options in, calls out, answers printed."""
