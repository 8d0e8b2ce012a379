"""The database engine of an installation on PostgreSQL: Django's, with a short way for what every request asks."""
