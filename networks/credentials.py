"""What opens an account on a network. Never printed, logged or stored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, kw_only=True)
class XCredentials:
    """Keys of an X app and of the account that it acts for."""

    bearer_token: str = field(repr=False)
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be seen in an error or a log line."""
        return tuple(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, kw_only=True)
class MetaCredentials:
    """The token of a Facebook Page, which also opens the Instagram account connected to it."""

    page_token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)
    """Proves that a call comes from the app; empty where the app does not ask for the proof."""
    page_id: str = ""
    """Left empty, it is asked of the network. Not a secret."""

    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be seen in an error or a log line."""
        return (self.page_token, self.app_secret)
