"""Alembic migrations: `versions/` for the main database, `keys/` for the database of subject keys."""
