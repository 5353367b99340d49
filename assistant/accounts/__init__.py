"""Accounts, sessions and tokens: who may log in, and with which roles."""

from __future__ import annotations

from assistant.accounts.store import Account, AccountStore

__all__ = ["Account", "AccountStore"]
