"""JSON as the manufacturers' servers send it."""

from __future__ import annotations

import pytest

from ingest.oparl.consultations import paragraphs
from ingest.oparl.errors import UnavailableError
from ingest.oparl.values import absolute, day, flag, identity, is_address, is_deleted, items, line, parse_json, text


def test_control_characters_in_json_are_passed_over() -> None:
    assert parse_json(b'{"name": "Bau\x00 der\x0b Br\xc3\xbccke\tam Ufer"}', "x") == {"name": "Bau der Brücke\tam Ufer"}


def test_escaped_control_characters_do_not_get_into_a_text() -> None:
    assert text(parse_json(b'{"name": "Bau\\u0000 der\\u0007 Br\\u00fccke\\u007f"}', "x")["name"]) == "Bau der Brücke"


def test_a_byte_order_mark_and_windows_characters_are_read() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}', "x") == {"a": 1}
    assert parse_json('{"a": "Größe"}'.encode("cp1252"), "x") == {"a": "Größe"}


@pytest.mark.parametrize("content", [b"<html>Wartung</html>", b"", b'{"data": [', b"[" * 100_000])
def test_what_is_no_json_is_a_fault_of_the_server(content: bytes) -> None:
    with pytest.raises(UnavailableError):
        parse_json(content, "https://ris.example/x")


@pytest.mark.parametrize("nothing", [None, "", "  ", "N/A", "n/a", "null", "-", {}, [], True])
def test_what_only_says_that_there_is_nothing_is_nothing(nothing: object) -> None:
    assert text(nothing) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("N/A", []),
        ({}, []),
        ("https://a", ["https://a"]),
        ({"id": "https://a"}, [{"id": "https://a"}]),
        ([["https://a"], "https://b"], ["https://a", "https://b"]),
        ({"0": "https://a", "1": "https://b"}, ["https://a", "https://b"]),
    ],
)
def test_an_object_where_a_list_belongs_is_a_list_of_one(value: object, expected: list[object]) -> None:
    assert items(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2014-03-17", "2014-03-17"),
        ("2014-03-17T17:00:00+01:00", "2014-03-17"),
        ("2014-03-16T23:30:00Z", "2014-03-17"),
        ("2014-03-17 17:00:00", "2014-03-17"),
        ("17.03.2014", None),
        ("0000-00-00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_a_day_is_the_one_in_germany_and_never_guessed(value: object, expected: str | None) -> None:
    assert day(value) == expected


def test_truth_values_may_be_words_or_numbers() -> None:
    assert [flag(value) for value in (True, "true", 1, "nein", 0, "vielleicht", None)] == [
        True, True, True, False, False, None, None,
    ]  # fmt: skip


def test_what_is_not_public_counts_as_deleted_and_what_does_not_say_is_public() -> None:
    assert is_deleted({"public": False})
    assert is_deleted({"deleted": "true"})
    assert not is_deleted({"deleted": False})
    assert not is_deleted({})


def test_relative_addresses_are_completed_and_texts_are_left_alone() -> None:
    value = {"id": "/paper/1", "name": "/2024", "mainFile": {"downloadUrl": "../f/1.pdf"}, "consultation": ["/c/1"]}
    assert absolute(value, "https://ris.example/oparl/papers?page=1") == {
        "id": "https://ris.example/paper/1",
        "name": "/2024",
        "mainFile": {"downloadUrl": "https://ris.example/f/1.pdf"},
        "consultation": ["https://ris.example/c/1"],
    }


def test_an_object_is_the_same_with_http_and_https_and_a_stroke_behind_it() -> None:
    assert identity("http://RIS.example/paper/1/") == identity("https://ris.example:443/paper/1")
    assert identity("https://ris.example/paper/1") != identity("https://ris.example/paper/1?version=2")
    assert identity("https://ris.example:8080/paper/1") != identity("https://ris.example/paper/1")


def test_a_resolution_in_html_is_read_by_paragraphs() -> None:
    html = "<p>Der Rat beschlie&szlig;t:</p><ul><li>den Bau,<br>2 &lt; 3</li><li>die Kosten</li></ul>"
    assert paragraphs(html) == ("Der Rat beschließt:", "den Bau,", "2 < 3", "die Kosten")
    assert paragraphs("Mehr als <50 % & weniger.\nZweiter Absatz") == ("Mehr als <50 % & weniger.", "Zweiter Absatz")
    assert line("Zwei\nZeilen") == "Zwei Zeilen"


def test_json_that_is_nested_more_deeply_than_any_object_is_refused() -> None:
    with pytest.raises(UnavailableError, match="zu tief verschachtelt"):
        parse_json(b"[" * 300 + b"]" * 300, "x")
    assert parse_json(b"[" * 90 + b"]" * 90, "x")


@pytest.mark.parametrize("address", ["http://[", "http://a:99999/", "http://", "http://a:0/"])
def test_what_only_begins_like_an_address_is_none(address: str) -> None:
    assert not is_address(address)
    assert isinstance(identity(address), str)


def test_a_reference_that_no_address_can_be_made_of_stays_as_it_is() -> None:
    assert absolute({"mainFile": "//["}, "http://example.org/paper/1") == {"mainFile": "//["}
