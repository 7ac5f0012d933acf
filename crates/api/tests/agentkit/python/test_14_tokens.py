"""Access tokens: what they are, and the SDK's own helpers to check them."""

import jwt
import pytest
import requests
from scalekit.common.exceptions import ScalekitValidateTokenFailureException
from scalekit.common.scalekit import TokenValidationOptions


def test_the_published_keys(house):
    answer = requests.get(f"{house.url}/keys", verify=house.verify, timeout=10)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/json")
    for key in answer.json()["keys"]:
        assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig") and key["kid"]
        assert set(key) <= {"kty", "alg", "use", "kid", "n", "e"}, "the public part only"


def test_the_helpers_accept_a_token_and_tell_what_is_in_it(house, sdk):
    token = sdk.get_client_access_token()
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256" and header["kid"]
    assert sdk.validate_access_token(token) is True
    claims = sdk.validate_access_token_and_get_claims(token)
    assert claims["iss"] == house.url and house.client_id in (claims.get("sub"), claims.get("client_id"))
    assert 0 < claims["exp"] - claims["iat"] <= 24 * 3600
    assert sdk.validate_access_token(token, options=TokenValidationOptions(issuer=house.url)) is True
    assert sdk.validate_access_token(token, options=TokenValidationOptions(issuer="https://elsewhere")) is False


def test_the_helpers_refuse_what_was_tampered_with(sdk):
    token = sdk.get_client_access_token()
    head, body, signature = token.split(".")
    kid = {"kid": jwt.get_unverified_header(token)["kid"]}
    forged = [
        f"{head}.{body}.{signature[:-6]}AAAAAA",
        jwt.encode({"sub": "x"}, "secret" * 8, algorithm="HS256", headers=kid),
        f"{head}.{body}.",
    ]
    for wrong in forged:
        assert sdk.validate_access_token(wrong) is False
    with pytest.raises(ScalekitValidateTokenFailureException):
        sdk.validate_access_token_and_get_claims(forged[0])


def test_the_server_refuses_them_too(house, sdk):
    token = sdk.get_client_access_token()
    head, body, signature = token.split(".")
    unsigned = jwt.encode(jwt.decode(token, options={"verify_signature": False}), None, algorithm="none")
    with_public_key_as_secret = jwt.encode(
        jwt.decode(token, options={"verify_signature": False}), "x" * 32, algorithm="HS256",
        headers={"kid": jwt.get_unverified_header(token)["kid"]},
    )
    for wrong in (unsigned, with_public_key_as_secret, f"{head}.{body}.{signature[::-1]}", f"{head}.{body}", token + "x"):
        assert house.rest("GET", "/api/v1/tools?page_size=1", token=wrong).status_code == 401
    assert house.rest("GET", "/api/v1/tools?page_size=1", token=token).status_code == 200


def test_scopes_that_are_asked_for_do_not_disturb(house, sdk):
    assert sdk.generate_client_token(house.client_id, house.client_secret, scopes=["tools:execute", "x"])
