"""How far two points on the earth are from each other."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


def distance_km(latitude: float, longitude: float, to_lat: float, to_lon: float) -> float:
    """The great-circle distance of two points in degrees, in kilometres (haversine)."""
    phi, to_phi = radians(latitude), radians(to_lat)
    across = sin(radians(to_lon - longitude) / 2) ** 2
    height = sin((to_phi - phi) / 2) ** 2 + cos(phi) * cos(to_phi) * across
    return 2 * EARTH_KM * asin(min(1.0, sqrt(height)))
