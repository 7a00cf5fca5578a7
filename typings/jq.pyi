"""What this project uses of the jq wheel, which ships no types."""

from collections.abc import Iterator

class _Results:
    def __iter__(self) -> Iterator[str]: ...

class _Program:
    def input_text(self, text: str) -> _Results: ...

def compile(program: str) -> _Program: ...  # noqa: A001  the library's own name
