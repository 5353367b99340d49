"""A real OpenID Connect provider on a port of its own: idpyoidc's, behind Python's web server.

Whoever is sent to it is let in at once as :attr:`Provider.person`. It follows the standards by itself; to see what a
broken or hostile one does, a test may change what it answers on the way out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptojwt.key_jar import build_keyjar
from idpyoidc.message.oauth2 import ResponseMessage
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.exception import ClientAuthenticationError

CLIENT, SECRET = "aktenkundig", "nur-fuer-Tests-und-wirklich-lang-genug"
Json = dict[str, Any]
_PACKAGE = "idpyoidc.server"
_KEYS = [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]


def _told(*, here: bool) -> Json:
    return {"base_claims": {"preferred_username": None, "groups": None} if here else {}}


def _endpoints(*, claims_in_token: bool) -> Json:
    at = {"client_authn_method": ["client_secret_basic", "client_secret_post"]}
    return {
        "provider_config": ("oidc.provider_config.ProviderConfiguration", ".well-known/openid-configuration", {}),
        "authorization": ("oidc.authorization.Authorization", "authorization", {"response_types_supported": ["code"]}),
        "token": ("oidc.token.Token", "token", at),
        "userinfo": ("oidc.userinfo.UserInfo", "userinfo", _told(here=not claims_in_token)),
        "end_session": ("oidc.session.Session", "session", {"post_logout_uri_path": "post", "signing_alg": "ES256"}),
    }


def _configuration(issuer: str, people: Json, *, claims_in_token: bool) -> Json:
    return {
        "issuer": issuer,
        "httpc_params": {"verify": False},
        "key_conf": {"key_defs": _KEYS, "uri_path": "jwks.json"},
        "session_params": {
            "encrypter": {"kwargs": {"keys": {"key_defs": [{"type": "OCT", "use": ["enc"], "kid": "k"}]}}}
        },
        "endpoint": {
            name: {"path": path, "class": f"{_PACKAGE}.{class_name}", "kwargs": more}
            for name, (class_name, path, more) in _endpoints(claims_in_token=claims_in_token).items()
        },
        "userinfo": {"class": f"{_PACKAGE}.user_info.UserInfo", "kwargs": {"db": people}},
        "authentication": {
            "nobody asks": {
                "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
                "class": f"{_PACKAGE}.user_authn.user.NoAuthn",
                "kwargs": {"user": "nobody"},
            }
        },
        "token_handler_args": {
            "key_conf": {"key_defs": [{"type": "oct", "bytes": 24, "use": ["enc"], "kid": "code"}]},
            "code": {"lifetime": 60},
            "token": {"class": f"{_PACKAGE}.token.jwt_token.JWTToken", "kwargs": {"lifetime": 60}},
            "id_token": {"class": f"{_PACKAGE}.token.id_token.IDToken", "kwargs": _told(here=claims_in_token)},
        },
        "add_on": {
            "pkce": {
                "function": f"{_PACKAGE}.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True},
            }
        },
    }


class Provider:
    """The provider; ``person`` is who comes to it, by a key of ``people``, whose values are their claims.

    ``spoilt`` may change the answer of an endpoint: it gets the endpoint's name and the parsed JSON.
    """

    def __init__(self, *, claims_in_token: bool = True) -> None:
        self.people: dict[str, Json] = {}
        self.person = "nobody"
        self.spoilt: Callable[[str, Json], object] | None = None
        self.asked: list[str] = []
        """Names of the endpoints that were asked, in order."""
        self._claims_in_token = claims_in_token
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.server = self._made()

    def register(self, redirect: str, after_logout: str) -> None:
        """Know the client under test by its addresses."""
        self.server.context.cdb[CLIENT] = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [(redirect, {})],
            "post_logout_redirect_uri": [(after_logout, "")],
            "token_endpoint_auth_method": "client_secret_basic",
            "response_types_supported": ["code"],
            "allowed_scopes": ["openid", "profile"],
            "client_salt": "salz",
        }

    def rotate(self) -> None:
        """Sign with new keys from now on; the old ones are gone."""
        fresh = build_keyjar(_KEYS).export_jwks(private=True)
        for owner in ("", self.issuer):
            del self.server.keyjar[owner]
            self.server.keyjar.import_jwks(fresh, owner)

    def sign(self, claims: Json, algorithm: str = "RS256", key: object = None) -> str:
        """A token that says this, signed as the provider does, or with another key."""
        (own,) = self.server.keyjar.get_signing_key("RSA", "")
        used = own.private_key() if key is None else key
        return jwt.encode(claims, used, algorithm, headers={"kid": own.kid})  # type: ignore[arg-type]

    def log_in(self) -> None:
        """Whoever comes now is :attr:`person`."""
        (method,) = self.server.context.authn_broker.db.values()
        method["method"].user = self.person

    def answer(self, name: str, request: object, headers: Json) -> tuple[int, str, str]:
        """Status, address that the browser is sent to, and body of one answer."""
        endpoint = self.server.get_endpoint(name)
        self.asked.append(name)
        http_info = {"headers": headers, "cookie": []}
        try:
            parsed = endpoint.parse_request(request, http_info=http_info)
        except ClientAuthenticationError:
            return 401, "", '{"error": "invalid_client"}'
        if isinstance(parsed, ResponseMessage) and "error" in parsed:
            return 400, "", parsed.to_json()
        processed = endpoint.process_request(parsed, http_info=http_info)
        if "redirect_location" in processed:
            return 303, processed["redirect_location"], ""
        if "error" in processed:
            return 400, "", json.dumps({"error": processed["error"]})
        told = endpoint.do_response(request=parsed, **processed)["response"]
        return (303, told, "") if name == "authorization" else (200, "", self._spoilt(name, told))

    def _spoilt(self, name: str, body: str) -> str:
        return body if self.spoilt is None else json.dumps(self.spoilt(name, json.loads(body)))

    def keys(self) -> str:
        """The provider's public keys."""
        self.asked.append("keys")
        return self._spoilt("keys", self.server.keyjar.export_jwks_as_json())

    def _made(self) -> Server:
        configuration = _configuration(self.issuer, self.people, claims_in_token=self._claims_in_token)
        host, port = self.http.server_address[:2]
        server = Server(OPConfiguration(conf=configuration, base_path="", domain=host, port=port))
        server.context.userinfo.db = self.people  # and not the copy that it has made
        return server


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/jwks.json":
                self._send(200, "", provider.keys())
            elif parts.path == "/authorization":
                provider.log_in()
                self._send(*provider.answer("authorization", parts.query, self._told()))
            elif parts.path == "/.well-known/openid-configuration":
                self._send(*provider.answer("provider_config", "", self._told()))
            else:
                self._send(*provider.answer(parts.path.strip("/"), parts.query, self._told()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._send(*provider.answer(self.path.strip("/"), body, self._told()))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _told(self) -> Json:
            return {name.lower(): value for name, value in self.headers.items()}

        def _send(self, status: int, location: str, body: str) -> None:
            content = body.encode()
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


@contextmanager
def provided(*, claims_in_token: bool = True) -> Iterator[Provider]:
    """A running provider."""
    provider = Provider(claims_in_token=claims_in_token)
    thread = threading.Thread(target=provider.http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        provider.http.shutdown()
        thread.join()
        provider.http.server_close()
