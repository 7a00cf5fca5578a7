"""Every spelling of a work's address names that work, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from animedex.art.sources import DOMAINS, HOSTS, SourceWork, parse_source_url

LABELLED = Path(__file__).parent / "sources.tsv"
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def labelled() -> list[tuple[str, str]]:
    lines = LABELLED.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(url, name) for url, name in rows]


ROWS = labelled()
WORKS = [(url, name) for url, name in ROWS if name != "-"]
# The commonest way of writing: what the properties below write otherwise.
PLAIN = [
    (url, name)
    for url, name in WORKS
    if url.startswith("https://") and url.isascii() and ":" not in url[8:].partition("/")[0]
]


def named(url: str) -> str:
    work = parse_source_url(url)
    return "-" if work is None else str(work)


@pytest.mark.parametrize(("url", "name"), ROWS, ids=[url for url, _ in ROWS])
def test_a_labelled_source(url: str, name: str) -> None:
    assert named(url) == name


def test_no_source_is_labelled_twice() -> None:
    assert len({url for url, _ in ROWS}) == len(ROWS)


def test_every_host_has_a_labelled_work() -> None:
    hosts = {url.partition("//")[2].partition("/")[0].lower() for url, _ in WORKS}
    below = {host.partition(".")[2] for host in hosts}
    readers = {HOSTS[host] for host in hosts & HOSTS.keys()}
    assert {host for host, read in HOSTS.items() if read not in readers} == set()
    assert DOMAINS.keys() - below == set()


@pytest.mark.parametrize("noise", ["\t", "\n", "\r", "\r\n", " ", "\x00", "\x1f", "\x7f"])
@pytest.mark.parametrize("at", [1, 6, 8, 12, 17, 21, 22, 30, 34])
def test_white_space_and_controls_inside_make_it_no_url(noise: str, at: int) -> None:
    url = "https://www.pixiv.net/artworks/15300417"
    assert named(url) != "-"
    assert named(url[:at] + noise + url[at:]) == "-"


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\r\n", "   "])
def test_white_space_around_a_url_is_not_of_it(space: str) -> None:
    assert named(f"{space}https://www.pixiv.net/i/15300417{space}") == "pixiv:15300417"


def test_a_url_of_more_than_4096_characters_is_not_read() -> None:
    url = "https://www.pixiv.net/artworks/15300417?"
    assert named(url.ljust(4096, "x")) == "pixiv:15300417"
    assert named(url.ljust(4097, "x")) == "-"


def test_a_work_is_told_with_and_without_its_page() -> None:
    work = parse_source_url("https://i.pximg.net/img-original/img/2020/01/31/09/00/00/15300_p3.jpg")
    assert work is not None
    assert work == SourceWork("pixiv", "15300", 3)
    assert (work.key, str(work)) == ("pixiv:15300", "pixiv:15300#3")
    assert str(SourceWork("pixiv", "15300")) == "pixiv:15300"


def test_pages_of_one_work_have_one_key() -> None:
    names = ("15300_p0.jpg", "15300_p1.jpg", "15300_p1_master1200.jpg", "15300_master1200.jpg")
    works = [
        parse_source_url(f"https://i.pximg.net/img-master/img/2020/01/31/09/00/00/{name}")
        for name in names
    ]
    assert [work and work.key for work in works] == ["pixiv:15300"] * 4
    assert [work and work.page for work in works] == [0, 1, 1, None]


def test_ids_keep_their_case_where_the_site_heeds_it() -> None:
    for one, other in [
        ("https://www.artstation.com/artwork/04XYz", "https://www.artstation.com/artwork/04xyz"),
        (
            "https://pbs.twimg.com/media/EBGbJe_U8AA4Yzu",
            "https://pbs.twimg.com/media/EBGbJe_U8AA4yzu",
        ),
        ("https://www.instagram.com/p/CbDW9mVuYzu", "https://www.instagram.com/p/CbDW9mVuyzu"),
        ("https://www.weibo.com/5501/N0001000a", "https://www.weibo.com/5501/N0001000A"),
    ]:
        assert "-" not in {named(one), named(other)}
        assert named(one) != named(other)


@given(ANY_TEXT)
def test_any_text_is_read_without_an_error(text: str) -> None:
    work = parse_source_url(text)
    assert work is None or work.key


@given(st.sampled_from(sorted(HOSTS) + [f"yuzu.{host}" for host in DOMAINS]), ANY_TEXT)
def test_any_text_behind_a_known_host_is_read_without_an_error(host: str, text: str) -> None:
    for url in (f"https://{host}{text}", f"https://{host}/{text}", f"//{host}/?{text}"):
        work = parse_source_url(url)
        assert work is None or work.id.isascii()


JUNK = st.sampled_from(
    ["/", "//", "%", "%2F", "%00", "..", "@", ":", "\\", "#", "?", "&", "=", "_"]
)


@given(st.sampled_from(PLAIN), JUNK | ANY_TEXT, st.data())
def test_junk_within_a_url_raises_nothing_and_makes_no_other_site(
    row: tuple[str, str], junk: str, data: st.DataObject
) -> None:
    url, name = row
    at = data.draw(st.integers(0, len(url)))
    work = parse_source_url(url[:at] + junk + url[at:])
    site = name.partition(":")[0]
    beside = {"pixiv", "pixiv-sketch", "fanbox", "twitter-media", "misskey", "misskey-design"}
    assert work is None or work.site == site or {work.site, site} <= beside


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a work's name, and its URL spelled otherwise."""
    url, name = draw(st.sampled_from(PLAIN))
    address, hash_, fragment = url.removeprefix("https://").partition("#")
    address, _, query = address.partition("?")
    host, _, path = address.partition("/")
    bare = host.removeprefix("www.")
    if bare.count(".") == 1 and bare in HOSTS:
        host = draw(st.sampled_from([bare, f"www.{bare}"]))
    host = draw(st.sampled_from([host, host.upper(), host.title()]))
    scheme, port = draw(
        st.sampled_from(
            [
                *(("https://", ""), ("HTTP://", ""), ("//", ""), ("", "")),
                *(("https://", ":443"), ("http://", ":80")),
            ]
        )
    )
    path = path.rstrip("/") + draw(st.sampled_from(["", "/", "//"]))
    extra = draw(st.sampled_from(["", "utm_source=yuzu", "ref=a%20b&x=", "&", "=&="]))
    query = "&".join(filter(None, [query, extra]))
    noise = draw(st.sampled_from(["", "#", "#top", "#/artworks/1", "#?x"]))
    fragment = f"{hash_}{fragment}" or noise
    return f"{scheme}{host}{port}/{path}{query and '?'}{query}{fragment}", name


@given(spellings())
def test_a_work_has_one_name_however_its_url_is_spelled(spelled: tuple[str, str]) -> None:
    url, name = spelled
    assert named(url) == name


LABEL = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)


@given(st.sampled_from(PLAIN), LABEL, st.sampled_from(["", "-", ".x-", ".."]))
def test_a_host_that_ends_in_a_known_one_is_another(
    row: tuple[str, str], label: str, divider: str
) -> None:
    host, _, rest = row[0].removeprefix("https://").partition("/")
    whole = f"{label}{divider}{host}"
    known = host.partition(".")[2] if divider != ".x-" else ""
    assume(whole not in HOSTS and not (known in DOMAINS and divider in {"", "-"}))
    assert named(f"https://{whole}/{rest}") == "-"


@given(
    st.sampled_from(PLAIN),
    LABEL,
    st.sampled_from(["", "-", ".", "..", ".com.", "@", ":", "%2e", "\\"]),
)
def test_a_host_that_begins_with_a_known_one_is_another(
    row: tuple[str, str], label: str, divider: str
) -> None:
    host, _, rest = row[0].removeprefix("https://").partition("/")
    assume((divider, label) != (":", "443"))
    assert named(f"https://{host}{divider}{label}/{rest}") == "-"


@given(st.sampled_from(PLAIN), LABEL)
def test_a_known_host_elsewhere_in_a_url_is_no_host(row: tuple[str, str], label: str) -> None:
    for before in (f"{label}.example/", f"{label}.example?", f"{label}.example#", f"{label}@"):
        assert named(f"https://{before}{row[0].removeprefix('https://')}") == "-"
        assert named(f"https://{before}{row[0]}") == "-"


LOOKALIKES = str.maketrans("aceiopsxy", "асеіорѕху")


@given(st.sampled_from(PLAIN), st.data())
def test_a_host_with_one_letter_of_another_script_is_another(
    row: tuple[str, str], data: st.DataObject
) -> None:
    host, _, rest = row[0].removeprefix("https://").partition("/")
    at = data.draw(st.integers(0, len(host) - 1))
    for other in (host[at].translate(LOOKALIKES), chr(ord(host[at]) + 0xFEE0)):
        if other != host[at]:
            assert named(f"https://{host[:at]}{other}{host[at + 1 :]}/{rest}") == "-"


@given(st.integers(1, 65535))
def test_only_the_port_of_the_scheme_is_the_site(port: int) -> None:
    assert (named(f"https://x.com:{port}/yuzu/status/15") != "-") == (port == 443)
    assert (named(f"http://x.com:{port}/yuzu/status/15") != "-") == (port == 80)


@given(st.integers(1, 10**20 - 1))
def test_a_number_is_one_id_with_or_without_zeros_before_it(number: int) -> None:
    for text in (str(number), str(number).zfill(20)):
        assert named(f"https://www.pixiv.net/artworks/{text}") == f"pixiv:{number}"


@given(st.integers(1, 36**6 - 1).filter(lambda number: number >= 36**5))
def test_a_deviation_has_one_id_in_either_base(number: int) -> None:
    short, left = "", number
    while left:
        left, digit = divmod(left, 36)
        short = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + short
    assert named(f"https://fav.me/d{short}") == f"deviantart:{number}"
    assert named(f"https://www.deviantart.com/deviation/{number}") == f"deviantart:{number}"


@given(st.integers(3 * 10**15, 6 * 10**15))
def test_a_weibo_post_has_one_id_in_either_spelling(number: int) -> None:
    digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    short, left = "", number
    for _ in range(3):
        left, group = divmod(left, 10**7)
        for _ in range(4):
            group, digit = divmod(group, 62)
            short = digits[digit] + short
    short = short[3:]
    assume(not short.isdigit() and not (short.isalpha() and short.islower()))
    assert named(f"https://weibo.com/5501/{short}") == f"weibo:{number}"
    assert named(f"https://m.weibo.cn/status/{number}") == f"weibo:{number}"
