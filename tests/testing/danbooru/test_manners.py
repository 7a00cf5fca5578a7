"""Who may ask, how often, and how the service says no."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from animedex.testing.danbooru.error_responses import DATABASE_DOWN, QUERY_CANCELED
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from animedex.testing.danbooru.error_responses import ErrorBody
    from animedex.testing.danbooru.image_store import DanbooruCollection
    from tests.testing.conftest import Ask, Clock
    from tests.testing.danbooru.conftest import Get

LIMIT = "PostQuery::TagLimitError"
KEY = "login=tove_l&api_key=key:with:colons"
SEARCHES = ["/posts.json", "/posts/random.json", "/counts/posts.json"]


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(credentials.encode()).decode()}


@pytest.mark.parametrize("path", SEARCHES)
def test_anonymous_users_have_two_terms(get: Get, path: str) -> None:
    get(f"{path}?tags=1girl+-subaru+rating:g+id:>1+pixiv_id:any")
    refusal = get(f"{path}?tags=1girl+mio+order:score", status=422)
    assert (refusal["success"], refusal["error"]) == (False, LIMIT)
    assert refusal["message"] == "You cannot search for more than 2 tags at a time."
    assert all(isinstance(line, str) for line in refusal["backtrace"])


def test_what_is_allowed_depends_on_the_level(get: Get) -> None:
    tags = "+".join(f"-t{number}" for number in range(20))
    rue, mio = basic("Rue:member-key"), basic("Mio:platinum-key")
    message = get(f"/posts.json?tags={tags}", status=422, headers=rue)["message"]
    assert message == "You cannot search for more than 2 tags at a time."
    assert get(f"/posts.json?tags={tags}&limit=1", headers=mio) != []
    for path in ("/posts.json", "/tags.json"):
        get(f"{path}?page=1001", status=410, headers=rue)
        get(f"{path}?page=5000&{KEY}")
        get(f"{path}?page=5001", status=410, headers=mio)
    assert get("/profile.json", headers=rue)["level_string"] == "Member"
    assert get("/profile.json", headers=mio)["tag_query_limit"] is None


@pytest.mark.parametrize("name", ["order", "ordfav", "ordpool", "limit", "random"])
def test_how_posts_are_shown_is_said_once_and_never_negated(get: Get, name: str) -> None:
    get(f"/posts.json?tags={name}:1+{name}:2", status=422)
    get(f"/posts.json?tags=-{name}:1", status=422)


def test_gold_accounts_have_six_terms(get: Get) -> None:
    tags = "+".join(f"-t{number}" for number in range(6))
    assert get(f"/posts.json?tags={tags}&limit=1&{KEY}") != []
    assert get("/posts.json?tags=" + tags, headers=basic("Tove_L:key:with:colons")) != []
    refusal = get(f"/posts.json?tags={tags}+more&{KEY}", status=422)
    assert refusal["message"] == "You cannot search for more than 6 tags at a time."


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("login=Tove_L&api_key=wrong", {}),
        ("login=nobody&api_key=key:with:colons", {}),
        ("login=Tove_L", {}),
        ("api_key=key:with:colons", {}),
        ("", basic("Tove_L:wrong")),
        ("", basic("Tove_L")),
        ("", {"Authorization": "Basic !"}),
        ("", {"Authorization": "Bearer key"}),
        (KEY, basic("Tove_L:wrong")),
    ],
)
def test_a_wrong_key_is_401(get: Get, query: str, headers: dict[str, str]) -> None:
    for path in ("/posts.json", "/profile.json", "/tags/1.json"):
        refusal = get(f"{path}?{query}", status=401, headers=headers)
        assert refusal["error"] == "SessionLoader::AuthenticationFailure"


def test_a_profile_is_for_those_who_signed_in(get: Get) -> None:
    profile = get(f"/profile.json?{KEY}")
    assert (profile["id"], profile["name"]) == (7, "Tove_L")
    assert "key:with:colons" not in json.dumps(profile)
    get("/profile.json", status=401)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/posts", "text/html is not a supported format for this page"),
        ("/posts/10", "text/html is not a supported format for this page"),
        ("/posts.xml", "application/xml is not a supported format for this page"),
        ("/wiki_pages/long_hair", "text/html is not a supported format for this page"),
        ("/tags.json.php", " is not a supported format for this page"),
    ],
)
def test_what_is_not_json_is_406(get: Get, path: str, message: str) -> None:
    refusal = get(path, status=406)
    assert (refusal["error"], refusal["message"]) == ("ActionController::UnknownFormat", message)


@pytest.mark.parametrize("path", ["/nothing.json", "/posts.json/", "/counts/tags.json", "/x/y/z"])
def test_what_is_no_page_is_refused(sample: DanbooruSample, ask: Ask, path: str) -> None:
    answer = ask(sample, path)
    assert answer.status == 404
    assert json.loads(answer.read())["success"] is False


def test_other_methods_are_405(sample: DanbooruSample, ask: Ask) -> None:
    answer = ask(sample, "/posts.json", method="POST")
    assert (answer.status, json.loads(answer.read())["success"]) == (405, False)


@pytest.mark.parametrize(
    "tags", ["order:score order:id", "limit:1 limit:2", "-order:score", "-limit:3"]
)
def test_a_search_that_contradicts_itself_is_422(get: Get, tags: str) -> None:
    refusal = get(f"/posts.json?tags={tags.replace(' ', '+')}", status=422)
    assert refusal["error"] == "PostQuery::Error"


def test_the_eleventh_request_in_a_second_is_429(
    rows: DanbooruCollection, ask: Ask, clock: Clock
) -> None:
    with DanbooruSample(rows, clock=clock) as limited:
        paths = ["/posts.json", "/posts/10.json", "/tags.json", "/posts.json?page=1001", "/x"] * 2
        assert 429 not in [ask(limited, path).status for path in paths]
        refused = ask(limited, "/posts.json")
        body = json.loads(refused.read())
        assert (refused.status, refused.headers["Retry-After"]) == (429, None)
        assert body["error"] == "RateLimiter::RateLimitError"
        assert body["message"] == "You're doing that too fast. Wait a minute and try again."
        assert ask(limited, "/original/x.mp4").status == 200
        clock.now += 1
        assert ask(limited, "/posts.json").status == 200


def test_without_limits_nothing_is_refused(get: Get) -> None:
    assert len([get("/posts.json?limit=1") for _ in range(12)]) == 12


def test_faults_befall_paths(rows: DanbooruCollection, ask: Ask) -> None:
    with DanbooruSample(rows, limits=False, faults=["/posts.json:503x1", "/posts/*:500"]) as server:
        assert [ask(server, "/posts.json").status for _ in range(2)] == [503, 200]
        assert ask(server, "/posts/10.json").status == 500


@pytest.mark.parametrize("refusal", [QUERY_CANCELED, DATABASE_DOWN])
def test_a_refusal_can_be_laid_down(sample: DanbooruSample, get: Get, refusal: ErrorBody) -> None:
    sample.refuse("/counts/posts.json", refusal)
    body = get("/counts/posts.json?tags=mio", status=refusal.status)
    assert (body["error"], body["message"]) == (refusal.error, refusal.message)
    assert get("/counts/posts.json?tags=mio") == {"counts": {"posts": 2}}


@pytest.mark.parametrize("user_agent", ["curl/8.5.0", "Mozilla/5.0 (X11)", None])
def test_unknown_visitors_see_a_page(
    sample: DanbooruSample, ask: Ask, user_agent: str | None
) -> None:
    answer = ask(sample, "/posts.json", user_agent=user_agent)
    assert (answer.status, answer.headers.get_content_type()) == (403, "text/html")


@pytest.mark.parametrize("path", ["/posts.json", "/tags/1.json", "/posts/99.json"])
def test_json_is_compressed_when_asked_for_and_comes_in_chunks(
    sample: DanbooruSample, ask: Ask, path: str
) -> None:
    answer = ask(sample, path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert json.loads(gzip.decompress(answer.read()))
    assert ask(sample, path).headers["Content-Encoding"] is None


def test_files_are_not_compressed(sample: DanbooruSample, ask: Ask) -> None:
    answer = ask(sample, "/original/x.mp4", headers={"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], answer.headers["Content-Length"]) == (None, "5")
    assert answer.headers["Content-Type"] == "video/mp4"


def test_what_is_known_is_not_sent_again(sample: DanbooruSample, ask: Ask) -> None:
    first = ask(sample, "/posts/10.json")
    again = ask(sample, "/posts/10.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.read()) == (304, b"")
    assert ask(sample, "/posts/20.json").headers["ETag"] != first.headers["ETag"]


def test_json_is_not_escaped(sample: DanbooruSample, ask: Ask) -> None:
    assert "青葉ミオ".encode() in ask(sample, "/artists/3.json").read()


def test_the_front_page_is_for_people(sample: DanbooruSample, ask: Ask) -> None:
    answer = ask(sample, "/", user_agent="Mozilla/5.0")
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")


def test_arrivals_have_paths_as_they_are(sample: DanbooruSample, get: Get) -> None:
    get("/posts/10.json?only=id")
    (arrival,) = sample.arrivals.on("/posts/*")
    assert (arrival.path, arrival.status) == ("/posts/10.json", 200)
