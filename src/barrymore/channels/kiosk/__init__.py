"""The kiosk: a page that any tablet, telephone or computer installs and shows in full screen."""
