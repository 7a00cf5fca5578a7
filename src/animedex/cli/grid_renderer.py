"""Drawing pictures on the terminal, side by side if there are several."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from animedex.cli.animation import AnimationRow, play_animation
from animedex.cli.picture_sources import post_source
from animedex.cli.streams import write_out
from animedex.cli.terminal import Terminal
from animedex.cli.terminal_capabilities import detect_screen
from animedex.errors import AnimedexError, BadArguments, NotFound
from animedex.render.picture_grid import beside, format_labels, grid, redraw
from animedex.render.terminal_picture import (
    Size,
    count_dots,
    delete_picture,
    draw_picture,
    fit_size,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from animedex.cli.command_context import CommandSession
    from animedex.cli.picture_sources import PictureSource
    from animedex.images.open_image import Frame, Viewable
    from animedex.models import PictureRecord
    from animedex.render.picture_grid import Grid, Label
    from animedex.render.terminal_picture import DrawnPicture, Screen

# What is drawn in between is seen only when it is complete, where the terminal knows how.
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_HIDE, _SHOW = "\x1b[?25l", "\x1b[?25h"


class OpenPicture(NamedTuple):
    """An open picture, and its first frame."""

    label: Label
    frames: Viewable
    first: Frame
    cells: Size


def show_rows(session: CommandSession, rows: Sequence[PictureRecord]) -> None:
    """Draw the pictures of rows; print which cannot be drawn, and raise what failed."""
    if not session.output.terminal:
        session.note("animedex: --show needs a terminal, and standard output is not one")
        return
    sights: list[PictureSource] = []
    for post in [row.to_common() for row in rows]:
        try:
            sights.append(post_source(session, post, small=len(rows) > 1))
        except (BadArguments, NotFound) as error:
            session.note(f"animedex: {error.message}")
    if sights:
        write_out("\n")
    session.fail(draw_pictures(session, sights))


def draw_pictures(session: CommandSession, sights: Sequence[PictureSource]) -> list[AnimedexError]:
    """Draw pictures on the terminal; return the errors of those that cannot be drawn."""
    if not sights:
        return []
    _check_installed()
    with Terminal() as terminal:
        wall = GridRenderer(session, terminal, len(sights))
        wall.fill(sights)
    return wall.failures


class GridRenderer:
    """Draws pictures row by row, each row as soon as it is loaded; collects failures."""

    def __init__(self, session: CommandSession, terminal: Terminal, amount: int) -> None:
        self.failures: list[AnimedexError] = []
        self._session = session
        self._terminal = terminal
        self._look = session.output.look()
        self._screen = detect_screen(terminal.ask(), color=self._look.color)
        self._grid = grid(amount, self._screen)

    def fill(self, sights: Sequence[PictureSource]) -> None:
        """Draw them all."""
        brought = self._fetch_pictures(sights)
        while True:
            with ExitStack() as stack:
                pictures = self._open_row(stack, brought)
                if not pictures:
                    return
                self._draw(pictures)

    def _fetch_pictures(self, sights: Sequence[PictureSource]) -> Iterator[PictureSource]:
        """Yield pictures with their bytes, fetching those of a row at once."""
        from animedex.art.parallel_calls import run_parallel

        for begin in range(0, len(sights), self._grid.columns):
            some = sights[begin : begin + self._grid.columns]
            calls = {str(at): one.call for at, one in enumerate(some) if one.call is not None}
            come = dict(run_parallel(self._session.client, calls)) if calls else {}
            for at, one in enumerate(some):
                answer = come.get(str(at))
                if isinstance(answer, AnimedexError):
                    answer.message = f"{one.name}: {answer.message}"
                    self.failures.append(answer)
                else:
                    yield one if answer is None else one._replace(body=answer.body)

    def _open_row(self, stack: ExitStack, brought: Iterator[PictureSource]) -> list[OpenPicture]:
        """Open the pictures of the next row, skipping those that cannot be opened."""
        pictures: list[OpenPicture] = []
        for sight in brought:
            try:
                frames = stack.enter_context(sight.open())
                cells = fit_size(Size(*frames.size), self._grid.room, self._screen)
                first = frames.first_frame(count_dots(cells, self._screen))
            except AnimedexError as error:
                self.failures.append(error)
                continue
            pictures.append(OpenPicture(sight.label, frames, first, cells))
            if len(pictures) == self._grid.columns:
                break
        return pictures

    def _draw(self, pictures: Sequence[OpenPicture]) -> None:
        """Draw a row with its labels, and play its animations."""
        drawn = [draw_picture(one.first.image, one.cells, self._screen) for one in pictures]
        look = self._look._replace(width=self._screen.size.width)
        names = format_labels([one.label for one in pictures], self._grid, look)
        write_out(beside(drawn, self._grid) + names)
        stage = AnimationStage(self._screen, self._grid, drawn)
        films = [
            stage.film(place, one) for place, one in enumerate(pictures) if one.frames.is_animated
        ]
        if not films or not self._screen.moves:
            return
        with _cursor_hidden(self._terminal):
            try:
                play_animation(films, self._terminal)
            except AnimedexError as error:
                self.failures.append(error)


class AnimationStage:
    """Draws the later frames of a row's animations over their first ones."""

    def __init__(self, screen: Screen, layout: Grid, pictures: list[DrawnPicture]) -> None:
        self._screen = screen
        self._grid = layout
        self._pictures = pictures
        # The labels stand in between.
        self._up = max(one.size.height for one in pictures) + 1

    def film(self, place: int, picture: OpenPicture) -> AnimationRow:
        """Return the animation of the picture at a place."""
        return AnimationRow(
            picture.first.seconds,
            picture.frames.other_frames(),
            partial(self._draw, place, picture.cells),
        )

    def _draw(self, place: int, cells: Size, frame: Frame) -> None:
        before = self._pictures[place]
        after = self._pictures[place] = draw_picture(frame.image, cells, self._screen)
        text = redraw(after, self._grid.offset(place), self._up)
        write_out(f"{_BEGIN}{text}{delete_picture(before)}{_END}")


@contextmanager
def _cursor_hidden(terminal: Terminal) -> Generator[None]:
    """Hide the cursor, and show it again even if a signal ends the process."""
    terminal.hidden = True
    write_out(_HIDE)
    try:
        yield
    finally:
        write_out(f"{_END}{_SHOW}")
        terminal.hidden = False


def _check_installed() -> None:
    """Raise an error that names what to install, if drawing needs it."""
    from importlib import import_module

    for name in ("PIL", "textual_image"):
        try:
            import_module(name)
        except ModuleNotFoundError:
            message = f"showing pictures needs {name}, which is not installed"
            raise BadArguments(message, hint="pip install 'animedex[pictures]'") from None
