"""Who is who: identities on networks, and the keys under which what is personal is sealed."""
