"""`POST /api/v1/sensors/devices/import/`: many devices from a CSV, all of them or none."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.capture.csv_columns import CsvRefused
from traceapp.sensors import device_csv
from traceapp.sensors.device_views import MOST_BYTES
from traceapp.sensors.devices import DeviceRefused
from traceapp.sensors.devices_api import ManagersWrite
from traceapp.sensors.serializers import DeviceSerializer
from traceapp.web.problems import problem
from traceapp.web.request_body import BodyTooLarge, LengthError, read_body

NOTHING = "Nothing was registered."


class Imported(serializers.Serializer[object]):
    registered = serializers.IntegerField()
    devices = DeviceSerializer(many=True)


class Import(ManagersWrite, APIView):
    """Devices from a CSV."""

    @extend_schema(request={"text/csv": OpenApiTypes.STR}, responses={201: Imported}, summary="Register many devices")
    def post(self, request: Request) -> Response:
        """A header with `giai,public_key,name`, and any of the columns that the page of imports names.

        If any row is wrong, nothing is registered, and `errors` says in which line and column, and why.
        """
        media_type = (request._request.content_type or "").lower()
        if media_type != "text/csv":
            raise UnsupportedMediaType(media_type, "Send text/csv.")
        try:
            body = read_body(request._request, MOST_BYTES)
            sheet = device_csv.read(body, "CSV", self.organisation)
        except LengthError:
            return problem(400, "The header Content-Length must be a number.")
        except BodyTooLarge:
            return problem(413, f"At most {MOST_BYTES:,} bytes are taken at once. Split the file.")
        except CsvRefused as error:
            return problem(400, f"{error} {NOTHING}")
        return self._registered(sheet)

    def _registered(self, sheet: device_csv.Sheet) -> Response:
        if sheet.errors:
            places = [(f"line {one.line}{f', {one.column}' if one.column else ''}", one.why) for one in sheet.errors]
            return problem(400, f"{len(places):,} rows are wrong. {NOTHING}", errors=places)
        if not sheet.lines:
            return problem(400, f"The file has no rows below its header. {NOTHING}")
        try:
            made = device_csv.register(organisation=self.organisation, by=self.member, lines=sheet.lines)
        except DeviceRefused as error:
            return problem(409, f"{error} {NOTHING}")
        return Response({"registered": len(made), "devices": DeviceSerializer(made, many=True).data}, status=201)
