"""Which posts answer a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.testing.danbooru.metatags import SearchData, metatag_test
from animedex.testing.danbooru.search_query import Term, wildcard

if TYPE_CHECKING:
    from animedex.testing.danbooru.metatags import Test
    from animedex.testing.danbooru.partial_rows import PartialPost


def build_post_filter(terms: tuple[Term, ...], known: SearchData) -> Test:
    """Make of a search's terms a test for posts.

    >>> from animedex.testing.danbooru.search_query import parse_query
    >>> from animedex.testing.danbooru.partial_rows import PartialPost
    >>> known = SearchData(0.0, {}, lambda name: ())
    >>> cat = PartialPost({"id": 1, "rating": "g"}, frozenset({"cat", "solo"}))
    >>> queries = ("cat rating:g", "-solo", "~dog ~cat", "c*")
    >>> [build_post_filter(parse_query(query), known)(cat) for query in queries]
    [True, False, True, True]
    """
    needed = [_signed(term, known) for term in terms if term.sign != "~"]
    choices = [_term_test(term, known) for term in terms if term.sign == "~"]

    def test(post: PartialPost) -> bool:
        chosen = not choices or any(choice(post) for choice in choices)
        return chosen and all(need(post) for need in needed)

    return test


def _signed(term: Term, known: SearchData) -> Test:
    test = _term_test(term, known)
    return (lambda post: not test(post)) if term.sign == "-" else test


def _term_test(term: Term, known: SearchData) -> Test:
    if term.metatag:
        return metatag_test(term, known)
    if "*" in term.value:
        pattern = wildcard(term.value)
        return lambda post: any(pattern.fullmatch(tag) for tag in post.tags)
    tag = known.aliases.get(term.value, term.value)
    return lambda post: tag in post.tags
