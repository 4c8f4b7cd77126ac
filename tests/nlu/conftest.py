"""These tests run in Rasa's own environment (nlu_data/README.md gives the command).

The main environment has no Rasa, so there the folder has no test to collect.
"""

from __future__ import annotations

import importlib.util

if importlib.util.find_spec("rasa") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    pytest_plugins = ["tests.nlu.model"]
