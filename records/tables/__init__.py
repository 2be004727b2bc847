"""The tables, one module a station; `metadata` in `records.database` knows them all."""
