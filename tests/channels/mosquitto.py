"""A real Mosquitto of a test's own, and a button that speaks through it."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

WAIT_SECONDS = 40.0


@contextmanager
def mosquitto(home: Path, port: int, password: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run a broker in a folder of its own; what it holds for us outlives it there."""
    config = [
        f"listener {port} 127.0.0.1", "persistence true", f"persistence_location {home}/",
        f"allow_anonymous {'false' if password else 'true'}", "user root",
    ]  # fmt: skip
    if password:
        told = ["mosquitto_passwd", "-b", "-c", str(home / "passwords"), "barrymore", password]
        subprocess.run(told, check=True, capture_output=True)
        config.append(f"password_file {home / 'passwords'}")
    (home / "mosquitto.conf").write_text("\n".join(config) + "\n")
    process = subprocess.Popen(
        ["/usr/sbin/mosquitto", "-c", str(home / "mosquitto.conf")], stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(port: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the broker did not start")


def say(port: int, topic: str, payload: str | bytes, *, retain: bool = False, qos: int = 1) -> None:
    """Publish one message as zigbee2mqtt would, and wait until the broker has it."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(WAIT_SECONDS)
    client.loop_stop()
    client.disconnect()
