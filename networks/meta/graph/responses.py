"""What a Graph API answer says beside its data: the usage of the allowance, and errors.

`X-App-Usage` and `X-Business-Use-Case-Usage` give percentages of a rolling hour (Graph API, "Rate Limits"); the
errors are those of its guide "Handling Errors" and of Messenger's "Error Codes".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from networks.errors import (
    DuplicateRefused,
    Garbled,
    Invalid,
    NetworkError,
    RateLimited,
    Refused,
    Suspended,
    TargetGone,
    TokenRefused,
    TooLong,
    Uncertain,
    Unreachable,
)
from networks.protocol import Budget
from networks.transport import scrub
from networks.values import JsonObject, mapping, mappings, read_object, text_of, whole_number

WHOLE = 100
EASES_WITHIN = timedelta(minutes=15)
"""After this much of the rolling hour part of the allowance is back; used where Meta names no time."""

Clock = Callable[[], datetime]

_SHARES = ("call_count", "total_cputime", "total_time")


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The fullest of the allowances that an answer names."""

    used: int
    """Percent."""
    regain_in: timedelta | None
    """None where Meta does not block the account."""


def usage_of(headers: Mapping[str, str]) -> Usage | None:
    """The tightest usage that the headers name; None where they name none."""
    found = [*_app_usage(headers), *_business_usage(headers)]
    if not found:
        return None
    used = max(max(whole_number(each, share) for share in _SHARES) for each in found)
    minutes = max(whole_number(each, "estimated_time_to_regain_access") for each in found)
    return Usage(used=used, regain_in=timedelta(minutes=min(minutes, 60 * 24 * 31)) if minutes else None)


def budget_of(headers: Mapping[str, str], endpoint: str, *, clock: Clock | None) -> Budget | None:
    """What is left, in percent; None where the headers or the time are missing."""
    usage, now = usage_of(headers), time_of(headers, clock)
    if usage is None or now is None:
        return None
    left = 0 if usage.regain_in else max(WHOLE - usage.used, 0)
    resets_at = now + (usage.regain_in or EASES_WITHIN)
    return Budget(endpoint=endpoint, remaining=left, resets_at=resets_at, limit=WHOLE)


def regain_at(headers: Mapping[str, str], *, clock: Clock | None) -> datetime | None:
    """When an account that was asked to wait may call again; None where the time is not known."""
    usage, now = usage_of(headers), time_of(headers, clock)
    if now is None:
        return None
    return now + ((usage.regain_in if usage else None) or EASES_WITHIN)


def time_of(headers: Mapping[str, str], clock: Clock | None) -> datetime | None:
    """Our own time where a clock is given, since Meta counts in minutes from now; else that of the answer."""
    if clock is not None:
        return clock()
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _app_usage(headers: Mapping[str, str]) -> list[JsonObject]:
    found = read_object(headers.get("x-app-usage", "").encode("utf-8", "replace"))
    return [found] if found else []


def _business_usage(headers: Mapping[str, str]) -> list[JsonObject]:
    found = read_object(headers.get("x-business-use-case-usage", "").encode("utf-8", "replace"))
    return [each for uses in (found or {}).values() for each in mappings(uses)]


_TOKEN = frozenset({102, 104, 190, 467})
_RATES = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
_PERMISSION = frozenset({3, 10, *range(200, 300)})
_BLOCKED = 368
_FAILING = frozenset({-3, -2, -1, 1, 2})
_REPEATED = frozenset({506, 10900})
_NO_SUCH_ALIAS = 803
_BAD_PARAMETER = 100
_NO_SUCH_OBJECT = 33
_NO_SUCH_PERSON = 2018001
_PERSON_CLOSED = 551
_OUTSIDE_WINDOW = frozenset({2018278, 2534022})

_WHY_REFUSED: Mapping[int, str] = {
    458: "the app was removed from the account",
    459: "the account must first be confirmed on the network",
    460: "the password was changed",
    463: "the token has expired",
    464: "the account is not confirmed",
    467: "the token was made invalid",
    492: "the person who made the token no longer has a role on the Page",
}
_TOO_LONG = ("too long", "longer than", "at most", "less than or equal to", "maximum length", "character limit")


def refusal(
    response: requests.Response,
    body: JsonObject,
    *,
    network: str,
    endpoint: str,
    writes: bool,
    secrets: Sequence[str],
    clock: Clock | None,
) -> NetworkError:
    """The error that an answer which is no success stands for. `network` is its name for people."""
    error = mapping(body.get("error"))
    code = error.get("code")
    said = scrub(text_of(error, "message"), secrets)
    where = f"{endpoint} ({response.status_code}{f', {said}' if said else ''})"
    if response.status_code == 429 or code in _RATES:
        return _rate_limited(response, network, where, clock)
    if not isinstance(code, int) or code in _FAILING or error.get("is_transient") is True:
        by_meta = isinstance(code, int)
        return _failed(response.status_code, network, where, writes=writes, by_meta=by_meta)
    return _named(code, whole_number(error, "error_subcode"), said, network, where)


def _rate_limited(response: requests.Response, network: str, where: str, clock: Clock | None) -> NetworkError:
    until = regain_at(response.headers, clock=clock)
    if until is None:
        return Unreachable(f"{network} asks to wait without saying until when, at {where}.")
    return RateLimited(f"{network} asks to wait until {until:%Y-%m-%d %H:%M:%S} UTC, at {where}.", until=until)


def _failed(status: int, network: str, where: str, *, writes: bool, by_meta: bool) -> NetworkError:
    """A failure, or an answer that is not Meta's own word: it says nothing of the post."""
    if status == 401:
        return TokenRefused(f"{network} refused the credentials at {where}: check the secrets of the account.")
    if status == 403:
        return Refused(f"{network} does not permit {where}.")
    if writes:
        return Uncertain(f"{network} failed at {where}: it may have been accepted.")
    if status >= 500 or by_meta:
        return Unreachable(f"{network} failed at {where}: it will be asked again.")
    return Garbled(f"{network}'s answer at {where} cannot be understood: check base_url.")


def _named(code: int, subcode: int, said: str, network: str, where: str) -> NetworkError:
    if code in _TOKEN:
        why = _WHY_REFUSED.get(subcode, "the token is not valid")
        return TokenRefused(f"{network} refused the credentials, since {why}: make a new page token, at {where}.")
    if code == _BLOCKED:
        return Suspended(f"{network} blocks the account, at {where}: look at its support inbox.")
    if code in _REPEATED:
        return DuplicateRefused(f"{network} says that this was already said, at {where}.")
    return _not_permitted(code, subcode, network, where) or _bad_parameter(code, subcode, said, network, where)


def _not_permitted(code: int, subcode: int, network: str, where: str) -> NetworkError | None:
    if code == _PERSON_CLOSED or subcode == _NO_SUCH_PERSON:
        return Refused(f"{network} does not deliver messages to this person, at {where}.")
    if subcode in _OUTSIDE_WINDOW:
        return Refused(f"{network} takes a message only within 24 hours of the person's last one, at {where}.")
    return Refused(f"{network} does not permit {where}.") if code in _PERMISSION else None


def _bad_parameter(code: int, subcode: int, said: str, network: str, where: str) -> NetworkError:
    lowered = said.lower()
    if code == _NO_SUCH_ALIAS or (code == _BAD_PARAMETER and subcode == _NO_SUCH_OBJECT):
        return TargetGone(f"The post is gone or hidden from us, at {where}.")
    if "appsecret_proof" in lowered:
        return TokenRefused(f"{network} refused the proof of the app: check the app secret of the account, at {where}.")
    if any(hint in lowered for hint in _TOO_LONG):
        return TooLong(f"The text is too long for {network}, at {where}.")
    return Invalid(f"{network} calls the request wrong, at {where}.")
