"""Bilingual term lists that people edit; they are read once, when a finder is first used."""
