"""One connection to a broker: a packet is acknowledged after its transaction, never before."""

import json
import logging
import ssl
import threading
from typing import Any

from django.db import close_old_connections, connection
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from barrymore.channels.mqtt.models import Broker
from barrymore.channels.mqtt.reading import Message
from barrymore.channels.mqtt.services import take
from barrymore.journal.moment import now
from barrymore.organisation.secrets import unseal

log = logging.getLogger(__name__)
KEEPALIVE_SECONDS = 30
CONNECT_SECONDS = 10.0
LONGEST_PAUSE = 60


class NotConnected(Exception):
    """The broker refused us or went away; the text says why."""


class Listener:
    """Listens until `stop` is set. Raises NotConnected, OSError, and what the database raised."""

    def __init__(self, broker: Broker, stop: threading.Event) -> None:
        self.broker, self._stop = broker, stop
        self._fault: Exception | None = None
        # The broker keeps for this name what comes while we are away.
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"barrymore-{broker.pk}",
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if broker.username:
            self._client.username_pw_set(broker.username, unseal(broker.secret))
        if broker.uses_tls:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._heard

    def listen(self) -> None:
        """Connect and take what comes, in this thread."""
        self._client.connect_timeout = CONNECT_SECONDS
        self._client.connect(self.broker.host, self.broker.port, KEEPALIVE_SECONDS)
        try:
            while not self._stop.is_set() and self._fault is None:
                self._client.loop(timeout=0.5)
        finally:
            self._client.disconnect()
            connection.close()
        if self._fault:
            raise self._fault

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            self._fault = NotConnected(str(code))
            return
        client.subscribe([(topic, 1) for topic in self.broker.topics.split()])
        Broker.objects.filter(pk=self.broker.pk).update(last_error="", connected_at=now())

    def _disconnected(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if not self._stop.is_set():
            self._fault = self._fault or NotConnected(str(code))

    def _heard(self, client: Client, _data: Any, packet: MQTTMessage) -> None:
        message = Message(
            packet.topic,
            bytes(packet.payload),
            packet.mid if packet.qos else 0,
            is_again=bool(packet.dup),
            is_retained=bool(packet.retain),
        )
        try:
            close_old_connections()
            _outcome, told = take(self.broker, message)
        except Exception as error:
            # Not acknowledged: the broker hands it over again once we are back.
            log.exception("a message of %s was not kept", self.broker)
            self._fault = error
            return
        client.ack(packet.mid, packet.qos)
        if told is not None and message.own_device is not None:
            answer = json.dumps(told.__dict__)
            client.publish(f"barrymore/devices/{message.own_device}/acks", answer, qos=1)
