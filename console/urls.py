"""The map of addresses; the Query API and the console share one origin."""

from django.urls import URLPattern, URLResolver, path

from console import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
