"""Which addresses lead away, over which of them anybody could read, and who proves who they are."""

import pytest

from oms.kernel.config import is_readable, is_unproved

FULL = "sslmode=verify-full&sslrootcert=system"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "postgresql:///shop",
        "postgresql://shop@/shop?host=/var/run/postgresql",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/shop",
        "postgresql://shop:a%40b@localhost:5432/shop",
        "postgresql://127.0.0.1,[::1]:5433/shop",
        "postgresql://db.example/shop?hostaddr=127.0.0.1",
        "redis://127.0.0.1:6379/0",
        "redis://:p@[::1]:6379/0",
        "unix:///run/valkey.sock?db=1",
        f"postgresql://db.example/shop?{FULL}",
        f"postgresql+psycopg://one.example,two.example/shop?{FULL}",
        "rediss://queue.example:6379/0",
        "https://carrier.example",
    ],
)
def test_what_stays_here_or_is_proved_is_well(address: str) -> None:
    assert not is_readable(address)
    assert not is_unproved(address)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://db.example/shop",
        "postgres://db.example/shop?sslmode=prefer",
        "postgresql://shop:a@10.0.0.7:5432/shop?sslmode=allow",
        "postgresql://localhost/shop?host=db.example",
        "postgresql://127.0.0.1/shop?hostaddr=192.0.2.7",
        "postgresql://localhost,db.example/shop",
        "postgresql://db.example/shop?sslmode=require&sslmode=disable",
        "postgresql://db.example/shop?sslmode=verify-full&ssl_min_protocol_version=TLSv1.1",
        "redis://queue.example",
        "redis://:password@[2001:db8::7]:6379/0",
        "http://carrier.example",
    ],
)
def test_what_leaves_in_the_clear_can_be_read(address: str) -> None:
    assert is_readable(address)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://db.example/shop?sslmode=require",
        "postgresql://db.example/shop?sslmode=verify-ca&sslrootcert=system",
        "rediss://queue.example/0?ssl_cert_reqs=none",
        "rediss://queue.example/0?ssl_check_hostname=False",
    ],
)
def test_what_is_encrypted_to_nobody_in_particular_is_unproved(address: str) -> None:
    assert not is_readable(address)
    assert is_unproved(address)
