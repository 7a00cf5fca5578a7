"""Return which posts answer a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.testing.danbooru.metatags import Known, metatag_test
from animedex.testing.danbooru.search_query import Term, wildcard

if TYPE_CHECKING:
    from animedex.testing.danbooru.metatags import Test
    from animedex.testing.danbooru.partial_rows import Post


def matcher(terms: tuple[Term, ...], known: Known) -> Test:
    """Make of a search's terms a test for posts.

    >>> from animedex.testing.danbooru.search_query import parse_query
    >>> from animedex.testing.danbooru.partial_rows import Post
    >>> known = Known(0.0, {}, lambda name: ())
    >>> cat = Post({"id": 1, "rating": "g"}, frozenset({"cat", "solo"}))
    >>> [matcher(parse_query(q), known)(cat) for q in ("cat rating:g", "-solo", "~dog ~cat", "c*")]
    [True, False, True, True]
    """
    needed = [_signed(term, known) for term in terms if term.sign != "~"]
    choices = [_term_test(term, known) for term in terms if term.sign == "~"]

    def test(post: Post) -> bool:
        chosen = not choices or any(choice(post) for choice in choices)
        return chosen and all(need(post) for need in needed)

    return test


def _signed(term: Term, known: Known) -> Test:
    test = _term_test(term, known)
    return (lambda post: not test(post)) if term.sign == "-" else test


def _term_test(term: Term, known: Known) -> Test:
    if term.metatag:
        return metatag_test(term, known)
    if "*" in term.value:
        pattern = wildcard(term.value)
        return lambda post: any(pattern.fullmatch(tag) for tag in post.tags)
    tag = known.aliases.get(term.value, term.value)
    return lambda post: tag in post.tags
