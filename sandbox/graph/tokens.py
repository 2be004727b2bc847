"""Access tokens of the Graph API: a Page's token with its proof, or an app's own token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.graph.refusals import METHOD, refusal, token_expired, token_refused
from sandbox.world.models import BrandAccount

SCOPES = {
    "facebook": (
        "pages_show_list",
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_engagement",
        "pages_manage_metadata",
        "pages_messaging",
    ),
    "instagram": (
        "instagram_basic",
        "instagram_manage_comments",
        "instagram_manage_messages",
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_metadata",
    ),
}


@dataclass(frozen=True, kw_only=True)
class PageAccounts:
    """A Facebook Page with the accounts of the practice network that belong to it; either may be missing."""

    id: int
    facebook: BrandAccount | None
    instagram: BrandAccount | None

    @property
    def accounts(self) -> tuple[BrandAccount, ...]:
        """The accounts that exist."""
        return tuple(account for account in (self.facebook, self.instagram) if account is not None)


@dataclass(kw_only=True)
class TokenState:
    """State of a token: its expiry and missing scopes; tests change it."""

    expires_at: float | None = None
    """Sandbox time; None for a token that does not expire."""
    missing: frozenset[str] = frozenset()
    """Scopes that were not granted."""


@dataclass(frozen=True, kw_only=True)
class GraphSession:
    """A caller: the account whose token it is, and its Page. `app` is True for an app's own token."""

    account: BrandAccount
    page: PageAccounts
    token: str
    state: TokenState
    app: bool = False

    @property
    def scopes(self) -> list[str]:
        """Scopes that were granted."""
        return [scope for scope in SCOPES[self.account.network] if scope not in self.state.missing]


class TokenRegistry:
    """The practice credentials of the accounts on Meta's networks."""

    def __init__(self, accounts: Iterable[BrandAccount]) -> None:
        self._accounts = tuple(account for account in accounts if account.network != "x")
        self.pages = {account.page_id: self._page(account.page_id) for account in self._accounts}
        self._tokens = {account.credential("page-token"): account for account in self._accounts}
        self._secrets = {account.credential("app-secret"): account for account in self._accounts}
        self._states = {account.id: TokenState() for account in self._accounts}

    def account(self, token: str) -> BrandAccount | None:
        """The account that a token belongs to."""
        return self._tokens.get(token)

    def state(self, account: BrandAccount) -> TokenState:
        """The state of an account's token."""
        return self._states[account.id]

    def session(self, token: str, proof: str, now: float) -> GraphSession:
        """The caller behind a token; GraphRefusalError 190 or 100 in Meta's words where there is none."""
        if not token:
            raise refusal(104, "An access token is required to request this resource.")
        account = self._tokens.get(token)
        if account is None:
            return self._app_session(token)
        self._check_proof(account, token, proof)
        state = self._states[account.id]
        if state.expires_at is not None and state.expires_at <= now:
            raise token_expired()
        return GraphSession(account=account, page=self.pages[account.page_id], token=token, state=state)

    def _check_proof(self, account: BrandAccount, token: str, proof: str) -> None:
        if not proof:
            raise refusal(100, "API calls from the server require an appsecret_proof argument", kind=METHOD)
        if not hmac.compare_digest(proof.encode(errors="replace"), appsecret_proof(account, token).encode()):
            raise refusal(100, "Invalid appsecret_proof provided in the API argument", kind=METHOD)

    def _app_session(self, token: str) -> GraphSession:
        account = self._secrets.get(token.partition("|")[2])
        if account is None:
            raise token_refused(None, "Invalid OAuth access token - Cannot parse access token")
        page, state = self.pages[account.page_id], self._states[account.id]
        return GraphSession(account=account, page=page, token=token, state=state, app=True)

    def _page(self, page_id: int) -> PageAccounts:
        own = {account.network: account for account in self._accounts if account.page_id == page_id}
        return PageAccounts(id=page_id, facebook=own.get("facebook"), instagram=own.get("instagram"))


def appsecret_proof(account: BrandAccount, token: str) -> str:
    """The HMAC-SHA256 of the token with the app's secret, in hex."""
    secret = account.credential("app-secret").encode()
    return hmac.new(secret, token.encode(errors="replace"), hashlib.sha256).hexdigest()
