"""What several test modules share: databases, clocks, practice networks, sample rows. No test stands here."""
