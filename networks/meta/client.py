"""facebook-sdk's client with our transport under it: it raises nothing of its own and shows no token."""

from __future__ import annotations

import hashlib
import hmac
import logging
import warnings
from typing import Any

import requests

from networks.credentials import MetaCredentials
from networks.rebased import rebase

with warnings.catch_warnings():
    # The library's source holds an escape that Python warns of when it is first compiled.
    warnings.simplefilter("ignore")
    import facebook

VERSION = "v25.0"
"""Of the Graph API; valid to July 2028."""

# At DEBUG it writes whole addresses.
_TALKATIVE = ("urllib3",)


class GraphClient(facebook.GraphAPI):  # type: ignore[misc]  # facebook-sdk is untyped
    """Knows the Graph API's routes, and returns every answer as a plain response."""

    def request(
        self,
        path: str,
        args: Any = None,
        post_args: Any = None,
        files: Any = None,  # noqa: ARG002 - we send none
        method: str | None = None,
    ) -> requests.Response:
        answer: requests.Response = self.session.request(
            method or ("GET" if post_args is None else "POST"),
            facebook.FACEBOOK_GRAPH_URL + path,
            params=args,
            data=post_args,
            # In the address, where the library puts it, logs and errors would show it.
            headers={"Authorization": f"Bearer {self.access_token}"},
            allow_redirects=False,
        )
        return answer


def open_client(credentials: MetaCredentials, *, base_url: str, timeout_seconds: float) -> GraphClient:
    """A client that dials `base_url`. Raises ValueError where that is not an http or https address."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    session = requests.Session()
    rebase(session, base_url, timeout_seconds=timeout_seconds)
    proof = app_secret_proof(credentials)
    if proof:
        session.params = {"appsecret_proof": proof}
    client = GraphClient(access_token=credentials.page_token, session=session)
    # The library refuses every version since 3.1 in its constructor.
    client.version = VERSION
    return client


def app_secret_proof(credentials: MetaCredentials) -> str:
    """Hex HMAC-SHA256 of the token under the app's secret; empty where there is no secret."""
    if not credentials.app_secret:
        return ""
    return hmac.new(credentials.app_secret.encode(), credentials.page_token.encode(), hashlib.sha256).hexdigest()
