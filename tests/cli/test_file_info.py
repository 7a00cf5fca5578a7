"""What `animedex show --info` reads that other programs wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli


def test_info_reads_what_other_programs_wrote(cli: Cli, picture: Path) -> None:
    Image.linear_gradient("L").save(picture)
    row = {"category": "pixiv", "subcategory": "work", "id": 7, "user": {"name": "Mio"}}
    picture.with_name(f"{picture.name}.json").write_text(json.dumps(row))
    result = cast("JsonObject", cli("show", str(picture), "--info").json)
    post = cast("JsonObject", result["post"])
    assert (result["told_by"], result["row"]) == ("other", None)
    assert (post["artists"], post["source_url"]) == (["Mio"], "https://www.pixiv.net/artworks/7")
    (added,) = cast("list[JsonObject]", cli("library", "add", str(picture)).json)
    assert cast("JsonObject", added["post"])["id"] == post["id"]
