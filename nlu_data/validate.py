"""What `rasa data validate` checks, with every warning a failure.

`nlu_data/.venv/bin/python -m nlu_data.validate`, from the root of the repository.

One warning is Rasa's about itself and let through: it tells on every run that its version 3 fills
slots differently.
"""

from __future__ import annotations

import sys
import warnings

from nlu_data.environment import PROJECT, prepare


def main() -> None:
    """Exit with 1 where Rasa has anything to say about the data."""
    prepare()
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    importer = TrainingDataImporter.load_from_config(
        str(PROJECT / "config.yml"),
        str(PROJECT / "domain"),
        [str(PROJECT / "nlu"), str(PROJECT / "rules")],
    )
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", category=UserWarning)
        warnings.filterwarnings("ignore", message="Slot auto-fill has been removed")
        validator = Validator.from_importer(importer)
        fine = all(
            (
                validator.verify_domain_validity(),
                validator.verify_nlu(ignore_warnings=False),
                validator.verify_actions_in_stories_rules(),
                validator.verify_forms_in_stories_rules(),
                validator.verify_form_slots(),
                validator.verify_slot_mappings(),
                validator.verify_story_structure(ignore_warnings=False),
            )
        )
    for warning in said:
        print(warning.message, file=sys.stderr)
    if said or not fine:
        raise SystemExit(1)
    print("Rasa finds no fault in its data.")


if __name__ == "__main__":
    main()
