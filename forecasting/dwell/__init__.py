"""How long goods stay at places, and where they wait longest. `sightings`, `stays` and `ranking` are pure."""
