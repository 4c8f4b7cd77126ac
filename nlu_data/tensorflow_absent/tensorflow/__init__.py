"""Stands where TensorFlow would be: Rasa imports it everywhere and this project uses it nowhere.

Every name in here is a class, so that Rasa's modules can subclass it and write it in annotations
while they are being imported. Making an instance of one, or calling one as a function, raises
`TensorFlowAbsent`: a component that needs TensorFlow fails where it is built, never silently.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

__version__ = "2.12.0"


class TensorFlowAbsent(RuntimeError):
    """Something tried to use TensorFlow, which this environment leaves out on purpose."""


class _AbsentType(type):
    def __getattr__(cls, name: str) -> _AbsentType:
        return _absent(f"{cls.__module__}.{cls.__qualname__}", name)


class Absent(metaclass=_AbsentType):
    """A name of TensorFlow: can be subclassed and named in a type, cannot be used."""

    def __new__(cls, *args: object, **kwargs: object) -> Absent:
        """Refuse.

        Raises:
            TensorFlowAbsent: always.
        """
        raise TensorFlowAbsent(
            f"{cls.__module__}.{cls.__qualname__} needs TensorFlow, which is left out of this "
            "environment: choose a component without it (nlu_data/README.md says why)"
        )


def _absent(owner: str, name: str) -> _AbsentType:
    if name.startswith("__"):
        raise AttributeError(name)
    return _AbsentType(name, (Absent,), {"__module__": owner})


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return _absent(self.__name__, name)


def __getattr__(name: str) -> Any:
    return _absent(__name__, name)


def _lay_out() -> None:
    """Put the modules that Rasa 3.6.21 imports where `import` finds them, and no others."""
    for name in (
        "keras",
        "keras.utils",
        "keras.utils.control_flow_util",
        "keras.utils.tf_utils",
        "tensorflow.keras",
        "tensorflow.keras.backend",
        "tensorflow.keras.callbacks",
        "tensorflow.keras.utils",
        "tensorflow.python",
        "tensorflow.python.eager",
        "tensorflow.python.eager.wrap_function",
        "tensorflow.types",
        "tensorflow.types.experimental",
    ):
        module = _AbsentModule(name)
        module.__path__ = []
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)


_lay_out()
