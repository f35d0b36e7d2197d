"""`python -m chaincode.healthcheck HOST:PORT`: 0 when the service says that it is well. For images without curl."""

import http.client
import sys


def well(address: str) -> bool:
    """Whether `GET /healthz` at host:port is answered with 200."""
    connection = http.client.HTTPConnection(address, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if well(sys.argv[1]) else 1)
