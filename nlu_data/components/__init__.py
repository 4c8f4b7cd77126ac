"""Rasa components for Vietnamese, without TensorFlow."""
