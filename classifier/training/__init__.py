"""Training and measuring the models. In: labelled CSV files; out: artifacts and scores; judging never imports it."""
