"""Persona colours: seen on their paper, and told apart with each kind of colour blindness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from personas.report import palette

# Severity 1.0, linear RGB: Machado, Oliveira & Fernandes (2009).
SIGHT = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
THEMES = {"light": palette.LIGHT, "dark": palette.DARK}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """WCAG 2 contrast ratio."""
    dark, light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b))
    return (light + 0.05) / (dark + 0.05)


TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson (2020)."""
    return np.asarray(TO_LAB) @ np.cbrt(np.asarray(TO_CONES) @ rgb)


def distance(a: str, b: str, sight: str) -> float:
    seen = [oklab(np.clip(np.asarray(SIGHT[sight]) @ linear(c), 0, 1)) for c in (a, b)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_white_is_one_in_oklab():
    assert oklab(np.ones(3)) == pytest.approx([1, 0, 0], abs=1e-6)


@pytest.mark.parametrize("theme", THEMES)
def test_each_colour_stands_out_from_its_paper(theme):
    for colour in THEMES[theme]:
        assert contrast(colour, palette.PAPER[theme]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_colours_can_be_told_apart(theme, sight):
    """0.11 in OKLab is what the best search without regard to looks reached for six arbitrary colours."""
    nearest = min(distance(a, b, sight) for a, b in combinations(THEMES[theme], 2))
    assert nearest >= 0.11


def test_twelve_personas_differ_in_colour_shape_or_filling():
    looks = {str(palette.marker(number)) for number in range(1, 13)}
    assert len(looks) == 12
