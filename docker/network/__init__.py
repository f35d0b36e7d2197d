"""One description of the Fabric network (`network.toml`) and everything that follows from it but the running.

`docker/native` runs the network as plain processes, `docker/compose.yml` in containers: both from here.
"""
