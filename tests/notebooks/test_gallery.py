"""The gallery runs from top to bottom on a small shop, and ends with a report of groups that were made elsewhere."""

import json
import shutil
from pathlib import Path

import papermill
import pytest

from tests.readme.test_worked_examples import blocks, write_shop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    root = tmp_path_factory.mktemp("gallery")
    folder = root / "data" / "shop"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks" / "gallery", root / "notebooks" / "gallery")
    write_shop(folder)
    (folder / "dataset.yml").write_text(blocks("dataset.yml")[0], encoding="utf-8")
    path = root / "notebooks" / "gallery" / "groups_of_your_own.ipynb"
    papermill.execute_notebook(
        path, root / "done.ipynb", {"dataset": "shop", "groups": 2}, cwd=root, progress_bar=False, kernel_name="python3"
    )
    return root


def test_every_cell_has_run_without_a_word_on_stderr(done):
    cells = json.loads((done / "done.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert outputs
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []


def test_personas_are_about_the_groups_that_were_brought_along(done):
    [path] = done.glob("reports/.work/shop/lab/gallery/personas.json")
    made = json.loads(path.read_text(encoding="utf-8"))
    assert {persona["name"] for persona in made["personas"]} <= {
        "Lost shoppers", "Fading shoppers", "Steady shoppers", "Best shoppers",
    }  # fmt: skip
    assert len(made["personas"]) > 1
    assert (path.parent / "report.html").stat().st_size > 50_000
