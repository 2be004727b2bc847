from __future__ import annotations

from datetime import timedelta

from dashboard.auth.throttling import MAX_PER_ADDRESS, MAX_PER_EMAIL, WINDOW, SignInThrottle
from tests.support.dashboard_data import NOW


def test_the_sixth_try_for_one_address_of_mail_is_refused_whoever_tries() -> None:
    attempts = SignInThrottle()
    for number in range(MAX_PER_EMAIL):
        assert attempts.allowed(email="a@b.example", address=f"10.0.0.{number}", now=NOW)
        attempts.failed(email="A@b.example ", address=f"10.0.0.{number}", now=NOW)
    assert not attempts.allowed(email="a@b.example", address="10.9.9.9", now=NOW)
    assert attempts.allowed(email="other@b.example", address="10.9.9.9", now=NOW)


def test_one_machine_cannot_try_many_people() -> None:
    attempts = SignInThrottle()
    for number in range(MAX_PER_ADDRESS):
        attempts.failed(email=f"{number}@b.example", address="10.0.0.1", now=NOW)
    assert not attempts.allowed(email="new@b.example", address="10.0.0.1", now=NOW)


def test_waiting_a_quarter_of_an_hour_opens_the_door_again() -> None:
    attempts = SignInThrottle()
    for _ in range(MAX_PER_EMAIL):
        attempts.failed(email="a@b.example", address="10.0.0.1", now=NOW)
    assert attempts.allowed(email="a@b.example", address="10.0.0.1", now=NOW + WINDOW + timedelta(seconds=1))


def test_a_right_password_forgives_the_wrong_ones_before() -> None:
    attempts = SignInThrottle()
    for _ in range(MAX_PER_EMAIL):
        attempts.failed(email="a@b.example", address="10.0.0.1", now=NOW)
    attempts.succeeded(email="a@b.example")
    assert attempts.allowed(email="a@b.example", address="10.0.0.2", now=NOW)
