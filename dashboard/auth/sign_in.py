"""Routes for signing in and out, rendered by the server: only a server can set a cookie that scripts cannot read."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.auth.sessions import (
    LIFETIME,
    SESSION_COOKIE,
    AuthState,
    current_agent,
    new_session,
    session_of_token,
    write_token,
)
from dashboard.wording.html_fragments import html_fragment
from dashboard.wording.texts import LANGUAGE_COOKIE, LANGUAGES, Wording, preferred_language, wording_in
from service.desk.acts import sign_in

_YEAR_SECONDS = 365 * 24 * 3600
_MOST_FORM_FIELDS = 10
_LONGEST_FIELD = 500


def sign_in_routes(auth: AuthState) -> list[Route]:
    """`/sign-in`, `/sign-out`, `/language` and `/healthz`, beside Streamlit's own routes."""

    async def enter(request: Request) -> Response:
        if not _same_origin(request):
            return PlainTextResponse("This form was sent from another site.", status_code=403)
        async with request.form(max_files=0, max_fields=_MOST_FORM_FIELDS) as form:
            fields = {name: str(value)[:_LONGEST_FIELD] for name, value in form.items()}
        return await run_in_threadpool(_enter, auth, request, fields)

    return [
        Route("/sign-in", lambda request: _show(auth, request), methods=["GET"]),
        Route("/sign-in", enter, methods=["POST"]),
        Route("/sign-out", lambda request: _leave(auth, request), methods=["POST"]),
        Route("/language", _choose_language, methods=["GET"]),
        Route("/healthz", lambda _: PlainTextResponse("ok"), methods=["GET"]),
    ]


def _show(auth: AuthState, request: Request) -> Response:
    now = auth.app.clock.now()
    if current_agent(auth, request.cookies.get(SESSION_COOKIE), now=now) is not None:
        return RedirectResponse("/", status_code=303)
    return _page(_say(request), next_page=_local(request.query_params.get("next")))


def _enter(auth: AuthState, request: Request, fields: dict[str, str]) -> Response:
    say = _say(request)
    now = auth.app.clock.now()
    email, next_page = _typed(fields.get("email", "")), _local(fields.get("next"))
    address = request.client.host if request.client else "unknown"
    if not auth.throttle.allowed(email=email, address=address, now=now):
        return _page(say, next_page=next_page, email=email, problem=say("sign_in_too_often"), status=429)
    agent = sign_in(auth.app, email, fields.get("password", ""), now=now)
    if agent is None:
        auth.throttle.failed(email=email, address=address, now=now)
        return _page(say, next_page=next_page, email=email, problem=say("sign_in_refused"), status=401)
    auth.throttle.succeeded(email=email)
    token = write_token(new_session(agent.id, now=now), auth.session_key)
    answer = RedirectResponse(next_page, status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _leave(auth: AuthState, request: Request) -> Response:
    if not _same_origin(request):
        return PlainTextResponse("This form was sent from another site.", status_code=403)
    session = session_of_token(auth, request.cookies.get(SESSION_COOKIE))
    if session is not None:
        auth.revoked.add(session)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
    return answer


def _choose_language(request: Request) -> Response:
    answer = RedirectResponse(_local(request.query_params.get("next")), status_code=303)
    chosen = request.query_params.get("to")
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, str(chosen), max_age=_YEAR_SECONDS, httponly=True, samesite="lax")
    return answer


def _page(say: Wording, *, next_page: str, email: str = "", problem: str = "", status: int = 200) -> Response:
    other = next(language for language in LANGUAGES if language != say.language)
    page = html_fragment("sign_in.html", say, next_page=next_page, email=email, problem=problem, other_language=other)
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


def _say(request: Request) -> Wording:
    return wording_in(preferred_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")))


def _typed(email: str) -> str:
    """What was typed; nothing where it holds marks that no address has and no database takes."""
    return email.strip() if email.isprintable() else ""


def _local(wished: str | None) -> str:
    """A page of this dashboard: nothing that leads a browser elsewhere after signing in."""
    path = wished or "/"
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain and not urlsplit(path).netloc else "/"


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
