"""A rule of one's own beside dataset.yml makes the experience out of date, and nothing before it."""

from personas.batch.stamps import describe_change, describe_stages


def test_a_changed_own_rule_rebuilds_from_the_experience_on(tmp_path):
    for folder in ("notebooks", "personas", "data/shop"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "data" / "shop" / "dataset.yml").write_text("playbook: [ours.yml]")
    rules = tmp_path / "data" / "shop" / "ours.yml"
    rules.write_text("title: first")
    before = describe_stages(tmp_path, "shop", {}, None)
    assert describe_stages(tmp_path, "shop", {}, None) == before
    rules.write_text("title: second")
    after = describe_stages(tmp_path, "shop", {}, None)
    assert [stage for stage in before if before[stage] != after[stage]] == ["03_experience"]
    assert describe_change(before["03_experience"], after["03_experience"]) == "ours.yml changed"


def test_a_changed_lexicon_rebuilds_from_the_experience_on(tmp_path):
    for folder in ("notebooks", "personas", "data/shop", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "data" / "shop" / "dataset.yml").write_text("emotions: {file: words.csv}")
    words = tmp_path / "elsewhere" / "words.csv"
    words.write_text("word,emotion\nhappy,joy\n")
    before = describe_stages(tmp_path, "shop", {}, tmp_path / "elsewhere")
    words.write_text("word,emotion\nglad,joy\n")
    after = describe_stages(tmp_path, "shop", {}, tmp_path / "elsewhere")
    assert [stage for stage in before if before[stage] != after[stage]] == ["03_experience"]
