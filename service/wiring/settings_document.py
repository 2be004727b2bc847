"""The sections of `aparte.toml`, one class each, and the sentences that name what is wrong in one."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceSettings(_Section):
    """How the service runs."""

    database: str = "sqlite:///aparte.db"
    keys_database: str = ""
    """Where the data keys of persons are kept; left out: `aparte-keys.db` beside the settings."""
    mode: Literal["shadow", "live"] = "shadow"
    classifier: Literal["fast", "balanced", "accurate"] = "balanced"
    public_url: str = "http://127.0.0.1:8502"
    room_source_header: str = ""
    """The header in which a proxy before the rooms names the client's address, such as `X-Forwarded-For`.

    Left out: the address of whoever connects. Name it only where nobody reaches the rooms but through the proxy.
    """
    dashboard_port: int = Field(default=8501, ge=0, le=65535)
    room_port: int = Field(default=8502, ge=0, le=65535)
    clock: str = ""
    """Address of a practice network's clock that Aparte follows; left out: the system's."""
    log: Literal["text", "json"] = "text"


class LimitSettings(_Section):
    """How many automatic texts may be sent."""

    per_minute: int = Field(default=20, ge=1)
    per_person_hour: int = Field(default=3, ge=1)
    per_thread_hour: int = Field(default=5, ge=1)
    per_brand_day: int = Field(default=2000, ge=1)


class SmtpSettings(_Section):
    """The mail server that e-mail is sent through."""

    host: str
    port: int = 587
    sender: str
    starttls: bool = True
    username: str = ""


class AlertSettings(_Section):
    """Who receives alerts."""

    email_to: list[str] = []
    webhook: str = ""


class CheckpointSettings(_Section):
    """How often the log's head is signed."""

    every_minutes: int = Field(default=60, ge=1)
    origin: str = "aparte"


class OidcSettings(_Section):
    """The company's own sign-in, which proves that a person is on file; the secret is APARTE_OIDC_CLIENT_SECRET."""

    issuer: str
    client_id: str
    reference_claim: str = "sub"
    """Which claim of the ID token carries the reference of the customer record."""


class SmsSettings(_Section):
    """A gateway for text messages: it is sent JSON `{to, text}`; the secret is APARTE_SMS_TOKEN."""

    url: str


class RepliesByEmailSettings(_Section):
    """Where answers to notices arrive by SMTP: `aparte mailroom` listens there."""

    domain: str
    """Notices carry a reply address on this domain, whose mail is to be routed here."""
    host: str = "127.0.0.1"
    port: int = Field(default=8504, ge=0, le=65535)


class BrandSettings(_Section):
    """One brand; see DESIGN section 6."""

    name: str
    market: str = "ES"
    languages: list[str] = ["es", "en"]
    timezone: str = "Europe/Madrid"
    address: Literal["tu", "usted"] = "tu"
    rulebook: str | None = None
    domains: list[str] = []
    contacts: list[str] = []
    """The brand's own telephone numbers and mailboxes, which texts may name."""
    max_reply_age_hours: int = Field(default=12, ge=1)
    known_bots: list[str] = []
    """Handles that are never answered automatically."""
    sector: Literal["bank", "airline", "other"] = "other"
    """Selects the shipped rulebook, and the defaults of `invitation` and `proof`."""
    invitation: Literal["link", "code"] | None = None
    """How a person enters a room; left out: `code` for a bank, else `link`."""
    proof: Literal["contact", "booking"] | None = None
    """What a person names to be found on file: e-mail or mobile, or booking reference and surname.

    Left out: `booking` for an airline, else `contact`.
    """
    room_address: str = ""
    """Where a code is typed, as people know it, such as `acme.example/aparte`; left out: the page of the rooms."""
    phone: str = ""
    """The official number that urgent texts may name."""
    emergency_phone: str = ""
    """The number that is answered at any hour."""
    private_wait_minutes: int = Field(default=60, ge=1)
    """How long a person waits in private at most, as promised; no invitation is sent while the wait is longer."""
    close_within_hours: int = Field(default=24, ge=1)
    """How soon a case that was solved in private is to be closed in public."""

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f'"{value}" is no time zone; write one such as "Europe/Madrid"') from None
        return value


class AccountSettings(_Section):
    """One account of a brand on a network; its secrets come from the environment."""

    brand: str = "brand"
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    network: Literal["x", "facebook", "instagram", "files"]
    external_id: str
    handle: str = ""
    base_url: str = ""
    """Left out: the network's own address."""
    page_id: str = ""
    """Of an Instagram account: the Facebook Page that it belongs to."""
    folder: str = ""
    """Of a files account: where exports are dropped."""
    poll_seconds: int = Field(default=60, ge=1)
    timeout_seconds: float = Field(default=10, gt=0)
    monthly_cap_dollars: float | None = Field(default=None, ge=0)
    """US dollars: what the network may charge for this account in a month before automatic acts are held."""


class Document(_Section):
    """The whole of `aparte.toml`."""

    service: ServiceSettings = ServiceSettings()
    limits: LimitSettings = LimitSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    alerts: AlertSettings = AlertSettings()
    smtp: SmtpSettings | None = None
    sms: SmsSettings | None = None
    replies_by_email: RepliesByEmailSettings | None = None
    oidc: OidcSettings | None = None
    brands: list[BrandSettings] = []
    accounts: list[AccountSettings] = []


def describe_problems(error: ValidationError, *, path: Path, document: type[BaseModel]) -> str:
    """One sentence a problem, for example `aparte.toml: [service] databse is no setting; did you mean database?`"""
    return "\n".join(f"{path}: {_sentence(problem, document)}" for problem in error.errors())


def _sentence(problem: ErrorDetails, document: type[BaseModel]) -> str:
    place = _place(problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _known_names(problem["loc"][:-1], document)
        close = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}."
        return f"{place} is no setting; {advice}"
    if problem["type"] == "missing":
        return f"{place} is missing: add it."
    message = problem["msg"].removeprefix("Value error, ")
    return f"{place} = {problem['input']!r} will not do: {message[:1].lower()}{message[1:]}."


def _place(location: tuple[int | str, ...]) -> str:
    section, *rest = location
    name = ".".join(str(part) for part in rest if not isinstance(part, int))
    numbers = [part + 1 for part in rest if isinstance(part, int)]
    if not rest:
        return f"[{section}]"
    return f"[[{section}]] number {numbers[0]}: {name}" if numbers else f"[{section}] {name}"


def _known_names(location: tuple[int | str, ...], document: type[BaseModel]) -> list[str]:
    model: type[BaseModel] = document
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_of(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_of(inner))), None)
