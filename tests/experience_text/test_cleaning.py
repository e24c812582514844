"""What people type or paste becomes readable text, whatever it was."""

import numpy as np
import pytest

from personas.experience.text.cleaning import LONGEST, clauses_of, clean_text, words_of
from personas.experience.text.languages import base_code, tell_languages, unspaced_language


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("", ""),
        ("   \n\t ", ""),
        ("ok", "ok"),
        ("<p>Too <b>slow</b></p>", "Too slow"),
        ("<script>alert('late')</script>Late again", "Late again"),
        ("<style>p{color:red}</style><br/>Fine", "Fine"),
        ("<!-- hidden -->seen", "seen"),
        ("&lt;b&gt;bold&lt;/b&gt; &amp; more", "bold & more"),
        ("price < 5 and > 3", "price < 5 and > 3"),
        ("null\x00byte and \x1b[31mred", "null byte and [31mred"),
        ("😀👍🏽 great", "😀👍🏽 great"),
        ("la\u0301 fora", "lá fora"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("cafÃ© schÃ¶n", "café schön"),
        ("it\u00e2\u20ac\u2122s", "it’s"),
        ("Ã la carte", "Ã la carte"),
        ("\ud800 lone", "lone"),
        ("<" * 50, "<" * 50),
    ],
)
def test_text_is_cleaned(given, cleaned):
    assert clean_text(given) == cleaned


def test_a_megabyte_is_cut():
    assert len(clean_text("late " * 200_000)) <= LONGEST


def test_cleaning_twice_changes_nothing():
    for text in ("<p>Tr\u00c3\u00a8s bien&nbsp;!</p>", "a &amp;amp; b", "x\x00y"):
        assert clean_text(clean_text(text)) in (clean_text(text), clean_text(text).replace("&amp;", "&"))


def test_words_and_clauses():
    assert words_of("It’s NOT fresh; don't ask") == ["it", "s", "not", "fresh", "don't", "ask"]
    assert clauses_of("Late, again. 30 minutes!") == ["late", "again", "minutes"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("บริการช้ามาก", "th"), ("配送太慢了", "zh"), ("配達が遅い。対応も悪い", "ja"), ("ບໍລິການຊ້າ", "lo"),
     ("서비스가 느려요", ""), ("très lent", ""), ("12345 😀", ""), ("OK บ", "")],
)  # fmt: skip
def test_scripts_without_spaces_are_known(text, code):
    assert unspaced_language(text) == code


def test_declared_languages_are_believed_and_the_script_even_more():
    codes, declared = tell_languages(["late", "zu spät", "บริการช้ามาก"], ["en-GB", "German", "en"])
    assert codes.tolist() == ["en", "de", "th"]
    assert declared.tolist() == [True, True, False]
    assert [base_code(word) for word in ("pt_BR", "Portuguese", "xx")] == ["pt", "pt", "xx"]


def test_undeclared_languages_are_detected():
    texts = ["the delivery was late again and nobody told me"] * 8 + ["die Lieferung kam schon wieder viel zu spät"] * 8
    codes, declared = tell_languages([*texts, "😀😀", "ok"])
    assert codes[:16].tolist() == ["en"] * 8 + ["de"] * 8
    assert codes[16] == "" and codes[17] in ("en", "de")
    assert not declared.any()


def test_detection_leaves_the_library_as_it_was():
    import py3langid

    tell_languages(["the delivery was late again and nobody told me"] * 8)
    assert py3langid.classify("die Lieferung kam schon wieder viel zu spät")[0] == "de"


def test_no_texts_have_no_languages():
    codes, declared = tell_languages([])
    assert isinstance(codes, np.ndarray) and len(codes) == len(declared) == 0
