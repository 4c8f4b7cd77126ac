"""`make bench`: what the whole costs next to bare Rasa, printed side by side in one run."""
