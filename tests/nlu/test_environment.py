"""What must stay true of the environment and the data, so that Rasa serves quietly and safely."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nlu_data.environment import PROJECT, ROOT
from nlu_data.train import current_model

_READ = YAML(typ="safe")
CONFIG: dict[str, Any] = _READ.load(PROJECT / "config.yml")
ALLOWED = {
    "FallbackClassifier",
    "RulePolicy",
    "nlu_data.components.tokenizer.VietnameseTokenizer",
    "nlu_data.components.counts.FoldedCounts",
    "nlu_data.components.counts.AccentedCounts",
    "nlu_data.components.intents.LinearIntents",
    "nlu_data.components.entities.SyllableCRF",
    "nlu_data.components.entities.FoldedSynonyms",
}
NEEDS_TENSORFLOW = (
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.selectors.response_selector",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
    "rasa.core.policies.ted_policy",
    "rasa.core.policies.unexpected_intent_policy",
)


def _needing_tensorflow(config: dict[str, Any]) -> set[str]:
    """Components of `config` that are not among those known to work without TensorFlow."""
    return {part["name"] for part in config["pipeline"] + config["policies"]} - ALLOWED


def test_config_names_no_component_that_needs_tensorflow() -> None:
    assert _needing_tensorflow(CONFIG) == set()


@pytest.mark.parametrize(
    "name",
    [
        "DIETClassifier",
        "ResponseSelector",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
    ],
)
def test_a_component_that_needs_tensorflow_is_noticed(name: str) -> None:
    section = "policies" if "Policy" in name else "pipeline"
    changed = {**CONFIG, section: [*CONFIG[section], {"name": name}]}
    assert _needing_tensorflow(changed) == {name}


@pytest.mark.parametrize("module", NEEDS_TENSORFLOW)
def test_rasa_modules_that_need_tensorflow_still_import(module: str) -> None:
    __import__(module)


def test_using_tensorflow_fails_with_a_reason() -> None:
    import tensorflow as tf

    for use in (
        lambda: tf.constant(1),
        lambda: tf.keras.layers.Dense(3),
        lambda: tf.config.threading.set_inter_op_parallelism_threads(1),
        lambda: type("Layer", (tf.keras.layers.Layer,), {})(),
    ):
        with pytest.raises(tf.TensorFlowAbsent, match="left out of this environment"):
            use()


def test_training_with_diet_fails_instead_of_giving_a_silent_model(tmp_path: Path) -> None:
    config = {**CONFIG, "pipeline": [*CONFIG["pipeline"], {"name": "DIETClassifier", "epochs": 1}]}
    YAML().dump(config, tmp_path / "config.yml")
    code = (
        "import sys; from rasa.api import train; "
        f"result = train('nlu_data/domain', {str(tmp_path / 'config.yml')!r}, "
        f"['nlu_data/nlu', 'nlu_data/rules'], {str(tmp_path)!r}); sys.exit(result.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "left out of this environment" in done.stderr
    assert list(tmp_path.glob("*.tar.gz")) == []


def test_rasa_finds_no_fault_in_the_data() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nlu_data.validate"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_there_is_no_danger_and_no_screening_state_in_rasa() -> None:
    text = "\n".join(path.read_text("utf-8") for path in (PROJECT / "domain").glob("*.yml"))
    names = set(re.findall(r"[a-z_]+", text))
    assert not {name for name in names if "danger" in name or "suicid" in name}
    assert not {name for name in names if "assist" in name or "score" in name}


def test_every_act_has_thirty_examples_and_none_twice() -> None:
    examples: dict[str, list[str]] = {}
    for path in sorted((PROJECT / "nlu").glob("*.yml")):
        for part in _READ.load(path)["nlu"]:
            if "intent" in part:
                lines = [line[2:].casefold() for line in part["examples"].strip().splitlines()]
                examples.setdefault(part["intent"], []).extend(lines)
    assert {act: len(lines) for act, lines in examples.items() if len(lines) < 30} == {}
    everything = [_bare(line) for lines in examples.values() for line in lines]
    assert {line for line in everything if everything.count(line) > 1} == set()


def test_no_held_out_sentence_is_trained_on() -> None:
    trained = {
        _bare(line.strip()[2:].casefold())
        for path in (PROJECT / "nlu").glob("*.yml")
        for line in path.read_text("utf-8").splitlines()
    }
    held_out = _READ.load(PROJECT / "eval" / "acts.yml")
    assert {t for lines in held_out.values() for t in lines if t.casefold() in trained} == set()


def _bare(example: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([a-z_]+\)", r"\1", example)


def test_both_lock_files_name_the_same_index() -> None:
    locks = (PROJECT / "uv.lock", PROJECT.parent / "uv.lock")
    hosts = [set(re.findall(r"https?://([^/\"]+)", lock.read_text("utf-8"))) for lock in locks]
    assert hosts[0] == hosts[1]
    assert len(hosts[0]) == 2, "one index, one store of files"


def test_the_model_holds_no_training_text_of_the_entity_extractor(model: Path) -> None:
    assert model == current_model()
    with tarfile.open(model) as archive:
        names = archive.getnames()
        learnt = [archive.extractfile(name) for name in names if name.endswith(".crfsuite")]
        contents = [file.read() for file in learnt if file is not None]
    assert len(contents) == 1
    assert "cho tôi địa chỉ".encode() not in contents[0]
    assert b"cho toi dia chi" not in contents[0]
    assert [name for name in names if name.endswith((".pkl", ".pickle"))] == []
