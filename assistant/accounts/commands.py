"""The commands ``aktenkundig users`` and ``aktenkundig audit``."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime
from getpass import getpass
from typing import TYPE_CHECKING, Final

from corpus.access import ROLES_BY_NAME
from corpus.errors import SettingsError
from corpus.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.accounts.store import Account, AccountStore
    from corpus.access import Role

_ROLE_NAMES: Final = {role: name for name, role in ROLES_BY_NAME.items()}
_MOST_DAYS: Final = 3650


class Users:
    """``aktenkundig users add|list|role|password|disable|enable|remove|logout|unlink|token``."""

    name = "users"
    help = "Zugänge verwalten"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand each."""
        actions = parser.add_subparsers(dest="action", metavar="WAS", required=True)
        add = actions.add_parser("add", help="einen Zugang anlegen; das Passwort wird gefragt")
        _add_name(add)
        _add_roles(add)
        add.add_argument(
            "--no-password",
            action="store_true",
            help="ohne Passwort: nur ein vertrauter Proxy oder der Anmeldedienst lässt ihn ein",
        )
        listing = actions.add_parser("list", help="alle Zugänge zeigen")
        listing.add_argument("--json", action="store_true", help="als JSON ausgeben")
        role = actions.add_parser("role", help="Rollen und Gremien ersetzen; beendet alle Anmeldungen des Zugangs")
        _add_name(role)
        _add_roles(role)
        for name, words in (
            ("password", "ein neues Passwort setzen; beendet alle Anmeldungen des Zugangs"),
            ("disable", "einen Zugang sperren"),
            ("enable", "einen gesperrten Zugang wieder öffnen"),
            ("remove", "einen Zugang entfernen, mit Anmeldungen und Zugriffstoken"),
            ("logout", "alle Anmeldungen eines Zugangs beenden"),
            ("unlink", "vergessen, wer beim Anmeldedienst diesen Zugang hat; wer als Nächstes kommt, bekommt ihn"),
        ):
            _add_name(actions.add_parser(name, help=words))
        token = actions.add_parser("token", help="ein Zugriffstoken für ein Programm ausgeben, zeigen, zurückziehen")
        _add_name(token)
        token.add_argument("--label", metavar="WOFÜR", default="", help="wofür es ist")
        token.add_argument("--days", metavar="TAGE", type=int, default=365, help="wie lange es gilt (Vorgabe 365)")
        token.add_argument("--list", action="store_true", help="die Token des Zugangs zeigen, ohne ihren Wortlaut")
        token.add_argument("--revoke", action="store_true", help="alle zurückziehen, mit --label nur die dafür")

    def run(self, arguments: argparse.Namespace) -> int:
        """Do one thing with one account and say what was done."""
        from assistant.accounts.store import open_accounts
        from corpus.database import prepare_directory

        settings = load_settings()
        prepare_directory(settings.data)
        accounts = open_accounts(settings)
        acts: dict[str, Callable[[AccountStore, argparse.Namespace], None]] = {
            "add": _add, "list": _list, "role": _role, "password": _password, "disable": _disable, "enable": _enable,
            "remove": _remove, "logout": _logout, "unlink": _unlink, "token": _token,
        }  # fmt: skip
        acts[arguments.action](accounts, arguments)
        if not settings.accounts and arguments.action != "list":
            print("Hinweis: Zugänge gelten erst mit der Einstellung AKTENKUNDIG_ACCOUNTS=true.", file=sys.stderr)
        return 0


class Audit:
    """``aktenkundig audit [--user NAME] [--document DOKUMENT] [--since TAG] [--json]``."""

    name = "audit"
    help = "zeigen, wer wann welches Dokument gesehen hat"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to show of it."""
        parser.add_argument("--user", metavar="NAME", help="nur dieser Zugang; leer für die Öffentlichkeit")
        parser.add_argument("--document", metavar="DOKUMENT", help="nur dieses Dokument")
        parser.add_argument("--since", metavar="TAG", help="erst ab diesem Tag, zum Beispiel 2026-11-01")
        parser.add_argument("--json", action="store_true", help="als JSON ausgeben")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print one line an entry, oldest first."""
        from assistant.audit import ACTIONS, AuditLog
        from corpus.database import prepare_directory

        settings = load_settings()
        since = 0.0
        if arguments.since is not None:
            try:
                day = date.fromisoformat(arguments.since)
            except ValueError as error:
                raise SettingsError(f"„{arguments.since}“ ist kein Tag wie 2026-11-01.") from error
            since = datetime(day.year, day.month, day.day).astimezone().timestamp()
        prepare_directory(settings.data)
        log = AuditLog(settings.data, days=settings.audit_days, questions=settings.audit_questions)
        entries = log.entries(account=arguments.user, document=arguments.document, since=since)
        if arguments.json:
            told = [
                {
                    "at": _time(entry.at),
                    "account": entry.account,
                    "action": entry.action,
                    "document": entry.document,
                    "question": entry.question,
                }
                for entry in entries
            ]
            print(json.dumps(told, ensure_ascii=False, indent=2))
            return 0
        for entry in entries:
            parts = [_time(entry.at), entry.account or "öffentlich", ACTIONS[entry.action], entry.document]
            print("  ".join(filter(None, [*parts, f"„{entry.question}“" if entry.question else ""])))
        return 0


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="NAME", help="Name des Zugangs")


def _add_roles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        metavar="ROLLE",
        choices=sorted(ROLES_BY_NAME),
        action="append",
        default=[],
        help="mandat, verwaltung oder administration; mehrmals für mehrere",
    )
    parser.add_argument(
        "--gremium", metavar="NAME", action="append", default=[], help="Gremium eines Mandats; mehrmals für mehrere"
    )


def _chosen_roles(arguments: argparse.Namespace) -> list[Role]:
    return [ROLES_BY_NAME[name] for name in arguments.role]


def _add(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    password = None if arguments.no_password else _asked_password()
    accounts.add(arguments.user, password, _chosen_roles(arguments), arguments.gremium)
    print(f"{arguments.user}: angelegt.")


def _list(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    found = accounts.accounts()
    if arguments.json:
        print(json.dumps([_as_json(account) for account in found], ensure_ascii=False, indent=2))
        return
    for account in found:
        held = ", ".join(sorted(_ROLE_NAMES[role] for role in account.roles)) or "ohne Rolle"
        gremien = f" ({', '.join(account.gremien)})" if account.gremien else ""
        print(f"{account.name}: {held}{gremien}{', gesperrt' if account.disabled else ''}")


def _as_json(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "roles": sorted(_ROLE_NAMES[role] for role in account.roles),
        "gremien": list(account.gremien),
        "disabled": account.disabled,
    }


def _role(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    accounts.set_roles(arguments.user, _chosen_roles(arguments), arguments.gremium)
    print(f"{arguments.user}: Rollen ersetzt, Anmeldungen beendet.")


def _password(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    accounts.set_password(arguments.user, _asked_password())
    print(f"{arguments.user}: Passwort gesetzt, Anmeldungen beendet.")


def _disable(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    accounts.set_disabled(arguments.user, disabled=True)
    print(f"{arguments.user}: gesperrt.")


def _enable(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    accounts.set_disabled(arguments.user, disabled=False)
    print(f"{arguments.user}: wieder offen.")


def _remove(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    accounts.remove(arguments.user)
    print(f"{arguments.user}: entfernt.")


def _logout(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    ended = accounts.close_sessions(arguments.user)
    print(f"{arguments.user}: {'1 Anmeldung' if ended == 1 else f'{ended} Anmeldungen'} beendet.")


def _unlink(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    accounts.unlink(arguments.user)
    print(f"{arguments.user}: beim Anmeldedienst niemandem mehr zugeordnet, Anmeldungen beendet.")


def _token(accounts: AccountStore, arguments: argparse.Namespace) -> None:
    if arguments.revoke:
        print(f"{accounts.revoke_tokens(arguments.user, arguments.label or None)} Zugriffstoken zurückgezogen.")
    elif arguments.list:
        for entry in accounts.tokens(arguments.user):
            print(f"{entry.label or 'ohne Angabe'}: gilt bis {_time(entry.expires)}")
    elif not 1 <= arguments.days <= _MOST_DAYS:
        raise SettingsError(f"Ein Zugriffstoken gilt 1 bis {_MOST_DAYS} Tage.")
    else:
        print(accounts.make_token(arguments.user, arguments.label, arguments.days))
        print("Dieses Zugriffstoken wird nur jetzt gezeigt.", file=sys.stderr)


def _asked_password() -> str:
    """A password from the terminal, typed twice, or the first line of the input: never from the command's words."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass("Passwort: ")
    if getpass("Noch einmal: ") != first:
        raise SettingsError("Die beiden Eingaben sind verschieden; es ist nichts geändert.")
    return first


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


users = Users()
audit = Audit()
