"""Signing in and out: server-rendered, since only a server can set a cookie that scripts cannot read."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.registry import FrontDesk
from dashboard.sessions import COOKIE, LIFETIME, open_session, write_token
from dashboard.visitor import present_session, signed_in_agent
from dashboard.wording import COOKIE as LANGUAGE_COOKIE
from dashboard.wording import LANGUAGES, Wording, preferred, wording_in
from service.desk import sign_in

_YEAR_SECONDS = 365 * 24 * 3600
_MOST_FORM_FIELDS = 10
_LONGEST_FIELD = 500
_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


def sign_in_routes(front_desk: FrontDesk) -> list[Route]:
    """`/sign-in`, `/sign-out`, `/language` and `/healthz`, beside Streamlit's own routes."""

    async def enter(request: Request) -> Response:
        if not _same_origin(request):
            return PlainTextResponse("This form was sent from another site.", status_code=403)
        async with request.form(max_files=0, max_fields=_MOST_FORM_FIELDS) as form:
            fields = {name: str(value)[:_LONGEST_FIELD] for name, value in form.items()}
        return await run_in_threadpool(_enter, front_desk, request, fields)

    return [
        Route("/sign-in", lambda request: _show(front_desk, request), methods=["GET"]),
        Route("/sign-in", enter, methods=["POST"]),
        Route("/sign-out", lambda request: _leave(front_desk, request), methods=["POST"]),
        Route("/language", _choose_language, methods=["GET"]),
        Route("/healthz", lambda _: PlainTextResponse("ok"), methods=["GET"]),
    ]


def _show(front_desk: FrontDesk, request: Request) -> Response:
    now = front_desk.house.clock.now()
    if signed_in_agent(front_desk, request.cookies.get(COOKIE), now=now) is not None:
        return RedirectResponse("/", status_code=303)
    return _page(_say(request), next_page=_local(request.query_params.get("next")))


def _enter(front_desk: FrontDesk, request: Request, fields: dict[str, str]) -> Response:
    say = _say(request)
    now = front_desk.house.clock.now()
    email, next_page = _typed(fields.get("email", "")), _local(fields.get("next"))
    address = request.client.host if request.client else "unknown"
    if not front_desk.attempts.allowed(email=email, address=address, now=now):
        return _page(say, next_page=next_page, email=email, problem=say("sign_in_too_often"), status=429)
    agent = sign_in(front_desk.house, email, fields.get("password", ""), now=now)
    if agent is None:
        front_desk.attempts.failed(email=email, address=address, now=now)
        return _page(say, next_page=next_page, email=email, problem=say("sign_in_refused"), status=401)
    front_desk.attempts.succeeded(email=email)
    token = write_token(open_session(agent.id, now=now), front_desk.session_key)
    answer = RedirectResponse(next_page, status_code=303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _leave(front_desk: FrontDesk, request: Request) -> Response:
    if not _same_origin(request):
        return PlainTextResponse("This form was sent from another site.", status_code=403)
    session = present_session(front_desk, request.cookies.get(COOKIE))
    if session is not None:
        front_desk.signed_out.add(session)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _choose_language(request: Request) -> Response:
    answer = RedirectResponse(_local(request.query_params.get("next")), status_code=303)
    chosen = request.query_params.get("to")
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, str(chosen), max_age=_YEAR_SECONDS, httponly=True, samesite="lax")
    return answer


def _page(say: Wording, *, next_page: str, email: str = "", problem: str = "", status: int = 200) -> Response:
    other = next(language for language in LANGUAGES if language != say.language)
    page = _TEMPLATES.get_template("sign_in.html").render(
        say=say, next_page=next_page, email=email, problem=problem, other_language=other
    )
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


def _say(request: Request) -> Wording:
    return wording_in(preferred(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")))


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
