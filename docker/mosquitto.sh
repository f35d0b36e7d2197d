#!/bin/sh
# mosquitto, which is told to read its passwords anew whenever their file has changed.
passwords=/mosquitto/access/passwords
mosquitto -c /mosquitto/config/mosquitto.conf &
broker=$!
trap 'kill "$broker"' TERM INT
known=$(md5sum < "$passwords")
while kill -0 "$broker" 2>/dev/null; do
  sleep 2
  now=$(md5sum < "$passwords")
  if [ "$now" != "$known" ]; then
    known=$now
    kill -HUP "$broker"
  fi
done
wait "$broker"
