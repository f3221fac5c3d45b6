"""What keeps people's data theirs: encryption, blind indexes, masking."""
