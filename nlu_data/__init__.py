"""The Rasa project: data, components and tracker store. Runs only in its own environment."""
