"""Picture files: named, fetched, credited, looked at, told apart."""
