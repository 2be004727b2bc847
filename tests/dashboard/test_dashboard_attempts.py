"""The limits of failed sign-ins. Their numbers stand here, not the product's own constants."""

from __future__ import annotations

from datetime import timedelta

from dashboard.auth.throttling import SignInThrottle
from tests.support.dashboard_data import NOW


def test_the_sixth_try_for_one_email_is_refused_whoever_tries() -> None:
    throttle = SignInThrottle()
    for number in range(5):
        assert throttle.allowed(email="a@b.example", address=f"10.0.0.{number}", now=NOW)
        throttle.failed(email="A@b.example ", address=f"10.0.0.{number}", now=NOW)
    assert not throttle.allowed(email="a@b.example", address="10.9.9.9", now=NOW)
    assert throttle.allowed(email="other@b.example", address="10.9.9.9", now=NOW)


def test_the_twenty_first_try_from_one_address_is_refused_whomever_it_names() -> None:
    throttle = SignInThrottle()
    for number in range(20):
        assert throttle.allowed(email=f"{number}@b.example", address="10.0.0.1", now=NOW)
        throttle.failed(email=f"{number}@b.example", address="10.0.0.1", now=NOW)
    assert not throttle.allowed(email="new@b.example", address="10.0.0.1", now=NOW)
    assert throttle.allowed(email="new@b.example", address="10.0.0.2", now=NOW)


def test_after_a_quarter_of_an_hour_a_failure_counts_no_more() -> None:
    throttle = SignInThrottle()
    for _ in range(5):
        throttle.failed(email="a@b.example", address="10.0.0.1", now=NOW)
    quarter = timedelta(minutes=15)
    almost = NOW + quarter - timedelta(seconds=1)
    assert not throttle.allowed(email="a@b.example", address="10.0.0.1", now=almost)
    assert throttle.allowed(email="a@b.example", address="10.0.0.1", now=NOW + quarter)


def test_a_right_password_forgives_the_wrong_ones_before() -> None:
    throttle = SignInThrottle()
    for _ in range(5):
        throttle.failed(email="a@b.example", address="10.0.0.1", now=NOW)
    throttle.succeeded(email="a@b.example")
    assert throttle.allowed(email="a@b.example", address="10.0.0.2", now=NOW)
