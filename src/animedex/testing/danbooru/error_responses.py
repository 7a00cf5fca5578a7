"""No as Danbooru does: an error's name, a message for people, and a backtrace."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException

# Invented, for the service shows where in its own code an error arose.
_BACKTRACE = (
    "app/controllers/stand_in_controller.rb:8:in 'StandInController#answer'",
    "app/logical/stand_in.rb:3:in 'StandIn#call'",
)


class ErrorBody(NamedTuple):
    """Describe a refusal; ``body`` is what the service sends with it.

    To have a running stand-in send one, lay it down: ``sample.refuse("/posts.json",
    QUERY_CANCELED)``.
    """

    status: int
    error: str
    message: str

    def body(self) -> bytes:
        """Write the JSON that goes with the status."""
        return json.dumps(
            {
                "success": False,
                "error": self.error,
                "message": self.message,
                "backtrace": _BACKTRACE,
            }
        ).encode()


class RequestRefused(HTTPException):
    """Answer a request with a refusal."""

    def __init__(self, refusal: ErrorBody) -> None:
        super().__init__(refusal.status, refusal.message)
        self.refusal = refusal


WRONG_KEY = ErrorBody(
    HTTPStatus.UNAUTHORIZED,
    "SessionLoader::AuthenticationFailure",
    "SessionLoader::AuthenticationFailure",
)
NOT_ALLOWED = ErrorBody(HTTPStatus.FORBIDDEN, "User::PrivilegeError", "Access denied")
NOT_FOUND = ErrorBody(
    HTTPStatus.NOT_FOUND, "ActiveRecord::RecordNotFound", "That record was not found."
)
NO_SUCH_PAGE = ErrorBody(HTTPStatus.NOT_FOUND, "ActionController::RoutingError", "Page not found.")
WRONG_METHOD = ErrorBody(
    HTTPStatus.METHOD_NOT_ALLOWED, "ActionController::RoutingError", "No route matches."
)
TOO_FAST = ErrorBody(
    HTTPStatus.TOO_MANY_REQUESTS,
    "RateLimiter::RateLimitError",
    "You're doing that too fast. Wait a minute and try again.",
)
TAKEN_DOWN = ErrorBody(
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    "ApplicationController::PageRemovedError",
    "This page has been removed because of a takedown request",
)
QUERY_CANCELED = ErrorBody(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "ActiveRecord::QueryCanceled",
    "The database timed out running your query.",
)
DATABASE_DOWN = ErrorBody(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "ActiveRecord::ConnectionNotEstablished",
    "The database is unavailable. Try again later.",
)


def wrong_format(media_type: str) -> ErrorBody:
    """Refuse to answer in a form that a page has not."""
    return ErrorBody(
        HTTPStatus.NOT_ACCEPTABLE,
        "ActionController::UnknownFormat",
        f"{media_type} is not a supported format for this page",
    )


def page_too_far(most: int) -> ErrorBody:
    """Refuse to turn pages by number any further."""
    return ErrorBody(
        HTTPStatus.GONE,
        "PaginationExtension::PaginationError",
        f"You cannot go beyond page {most}.",
    )


def too_many_tags(most: int) -> ErrorBody:
    """Refuse a search of more terms than its asker may use."""
    return ErrorBody(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "PostQuery::TagLimitError",
        f"You cannot search for more than {most} tags at a time.",
    )


def wrong_search(message: str) -> ErrorBody:
    """Refuse a search that contradicts itself."""
    return ErrorBody(HTTPStatus.UNPROCESSABLE_ENTITY, "PostQuery::Error", message)


BY_STATUS = {
    refusal.status: refusal for refusal in (NOT_ALLOWED, NO_SUCH_PAGE, WRONG_METHOD, TOO_FAST)
}
