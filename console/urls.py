"""The map of addresses; the Query API and the console share one origin."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
