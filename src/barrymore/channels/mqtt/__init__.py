"""Buttons over MQTT: our own devices, and any Zigbee button behind zigbee2mqtt."""
