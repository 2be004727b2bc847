"""The company's own sign-in proves who a person is: through the room's doors, by a real provider over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from records.database import reading, writing
from records.models import Brand
from records.tables.room import RoomRow
from room.lifecycle import _digest
from room.verification.ports import SignInError, VerificationPorts
from room.web.app import make_app
from room.web.context import RoomContext
from service.operations.doctor import examine
from service.private_room.oidc import OidcSignIn, sign_in_of
from service.private_room.room_app import TrainingLabels
from service.wiring.app import App
from service.wiring.settings_document import OidcSettings
from tests.support.asgi import AsgiTransport
from tests.support.notifications import START, ManualClock, open_with_room
from tests.support.oidc_provider import CLIENT, SECRET, Provider, running

PUBLIC_URL = "http://127.0.0.1:8502"


class Person:
    """A browser in room 1, which can be sent to the provider and back."""

    def __init__(self, app: App, clock: ManualClock) -> None:
        self.app, self.clock = app, clock
        web_app = make_app(
            RoomContext(
                engine=app.engine,
                room_key=app.room_key,
                sealer=app.encryption,
                clock=clock.now,
                brand_of=lambda _account_id: Brand(name="marca"),
                secure_cookies=False,
                proof=VerificationPorts(records_key=b"r", code_key=b"c", sign_in=sign_in_of(app.settings)),
                label_sink=TrainingLabels(),
            )
        )
        with writing(app.engine) as session:
            session.get_one(RoomRow, 1).session_hash = _digest("session")
        self.browser = httpx.Client(
            transport=AsgiTransport(web_app),
            base_url=PUBLIC_URL,
            headers={"Accept-Language": "es"},
            cookies={"aparte_room": "public-id-of-the-room.session"},
        )

    def leave(self) -> str:
        """Where the sign-in sends this browser."""
        answer = self.browser.get("/room/sign-in")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def sign_in(self) -> httpx.Response:
        return self.come_back(self.leave())

    def come_back(self, address: str) -> httpx.Response:
        answer = httpx.get(address, trust_env=False)
        assert answer.status_code == 302, answer.text
        return self.browser.get(answer.headers["location"])

    @property
    def room(self) -> RoomRow:
        with reading(self.app.engine) as session:
            return session.get_one(RoomRow, 1)


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    with running(Provider(now=START)) as provider:
        yield provider


@pytest.fixture
def provider(served: Provider) -> Provider:
    fresh = Provider(now=START, key=served.key)
    for name, value in vars(fresh).items():
        if name != "issuer":
            setattr(served, name, value)
    return served


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, served: Provider) -> Iterator[tuple[App, ManualClock]]:
    oidc = {"issuer": served.issuer, "client_id": CLIENT, "reference_claim": "customer"}
    folder = tmp_path_factory.mktemp("provider")
    app, clock = open_with_room(folder, {"oidc": oidc}, secrets={"APARTE_OIDC_CLIENT_SECRET": SECRET})
    yield app, clock
    app.close()


@pytest.fixture
def person(app: tuple[App, ManualClock], provider: Provider) -> Iterator[Person]:
    opened, clock = app
    clock.time = START
    with writing(opened.engine) as session:
        room = session.get_one(RoomRow, 1)
        room.customer_id = room.filed_at = room.file_proof = None
    person = Person(opened, clock)
    yield person
    person.browser.close()


def test_signing_in_with_the_company_proves_the_record(person: Person, provider: Provider) -> None:
    assert 'href="/room/sign-in"' in person.browser.get("/room/proof").text
    answer = person.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/room/consent")
    room = person.room
    assert (room.customer_id, room.file_proof, room.filed_at) == (1, "company_sign_in", START)
    assert provider.authorisations == ["header"]


def test_a_provider_that_wants_the_secret_in_the_body_gets_it_there(person: Person, provider: Provider) -> None:
    provider.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert person.sign_in().status_code == 303
    assert provider.authorisations == ["body"]


def test_the_way_there_binds_room_browser_and_question(person: Person) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(person.leave()).query).items()}
    again = {name: values[0] for name, values in parse_qs(urlsplit(person.leave()).query).items()}
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/room/sign-in/back"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) == 43
        assert asked[name] != again[name]


CHEATS: dict[str, Callable[[Provider], None]] = {
    "another issuer": lambda provider: provider.claims.update(iss="https://other.example"),
    "another audience": lambda provider: provider.claims.update(aud="other"),
    "no audience": lambda provider: provider.claims.update(aud=None),
    "several audiences without a party": lambda provider: provider.claims.update(aud=[CLIENT, "other"]),
    "another party": lambda provider: provider.claims.update(azp="other"),
    "an old token": lambda provider: provider.claims.update(exp=int(START.timestamp()) - 61),
    "a token without an end": lambda provider: provider.claims.update(exp=None),
    "a token of the future": lambda provider: provider.claims.update(iat=int(START.timestamp()) + 3600),
    "another nonce": lambda provider: provider.claims.update(nonce="other"),
    "no nonce": lambda provider: provider.claims.update(nonce=None),
    "a list of nonces": lambda provider: provider.claims.update(nonce=["other"]),
    "no reference": lambda provider: provider.claims.update(customer=None),
    "a reference that is none": lambda provider: provider.claims.update(customer={"a": 1}),
    "another key": lambda provider: setattr(provider, "signs_with", RSAKey.generate_key(2048)),
    "no signature": lambda provider: setattr(provider, "algorithm", "none"),
    "a refusal": lambda provider: setattr(provider, "token_status", 500),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_an_id_token_with_anything_wrong_proves_nothing(person: Person, provider: Provider, cheat: str) -> None:
    CHEATS[cheat](provider)
    answer = person.sign_in()
    assert answer.status_code == 400
    assert "No hemos podido comprobar tu entrada" in answer.text
    assert person.room.filed_at is None


def test_a_token_signed_with_the_public_key_as_a_secret_proves_nothing(person: Person, provider: Provider) -> None:
    provider.algorithm = "HS256"
    assert person.sign_in().status_code == 400
    assert person.room.filed_at is None


def test_a_key_that_the_issuer_changed_is_asked_for_anew(person: Person, provider: Provider) -> None:
    provider.claims = {"customer": "nobody"}
    assert person.sign_in().status_code == 404
    provider.claims, provider.key = {}, RSAKey.generate_key(2048, parameters={"kid": "two"})
    assert person.sign_in().status_code == 303


def test_who_is_not_on_file_is_told_so_and_proves_nothing(person: Person, provider: Provider) -> None:
    provider.claims = {"customer": "C-999"}
    answer = person.sign_in()
    assert answer.status_code == 404
    assert "no la encontramos en los datos de clientes" in answer.text
    assert person.room.filed_at is None


def test_an_answer_that_this_browser_did_not_ask_for_is_not_taken(person: Person, provider: Provider) -> None:
    address = person.leave()
    person.browser.cookies.delete("aparte_sign_in")
    assert person.come_back(address).status_code == 400
    forged = person.browser.get("/room/sign-in/back", params={"code": "x", "state": "x"})
    assert forged.status_code == 400
    assert provider.authorisations == []


def test_an_answer_that_comes_too_late_is_not_taken(person: Person, provider: Provider) -> None:
    address = person.leave()
    person.clock.advance(timedelta(minutes=10))
    assert person.come_back(address).status_code == 400
    assert provider.authorisations == []


def test_an_answer_is_taken_once(person: Person) -> None:
    answer = httpx.get(person.leave(), trust_env=False)
    assert person.browser.get(answer.headers["location"]).status_code == 303
    assert person.browser.get(answer.headers["location"]).status_code == 400


def test_a_person_who_says_no_may_ask_for_a_code(person: Person) -> None:
    person.leave()
    answer = person.browser.get("/room/sign-in/back", params={"error": "access_denied", "state": "x"})
    assert answer.status_code == 400
    assert 'action="/room/proof"' in answer.text


def test_without_a_session_nobody_is_sent_anywhere(person: Person) -> None:
    person.browser.cookies.clear()
    assert person.browser.get("/room/sign-in").status_code == 403
    assert person.browser.get("/room/sign-in/back").status_code == 403


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:9"])
def test_an_issuer_that_is_not_reached_safely_is_not_used(issuer: str) -> None:
    sign_in = OidcSignIn(OidcSettings(issuer=issuer, client_id=CLIENT), client_secret="", public_url=PUBLIC_URL)
    with pytest.raises(SignInError):
        sign_in.address(state="s", nonce="n", challenge="c")


def test_an_issuer_that_calls_itself_otherwise_is_not_used(provider: Provider, person: Person) -> None:
    provider.document = {"issuer": "https://other.example"}
    answer = person.browser.get("/room/sign-in")
    assert answer.status_code == 502
    assert "No hemos podido comprobar tu entrada" in answer.text


def test_the_doctor_names_a_sign_in_that_does_not_answer_or_calls_itself_otherwise(
    person: Person, provider: Provider
) -> None:
    def findings() -> list[str]:
        return [each.fault for each in examine(person.app.settings) if each.what == "company sign-in"]

    assert findings() == [""]
    provider.document = {"issuer": "https://other.example"}
    assert findings() == ["The issuer calls itself by another name: check [oidc] issuer."]
    provider.document = {"jwks_uri": f"{provider.issuer}/nowhere"}
    assert "does not answer" in findings()[0] or "answers without an object" in findings()[0]
