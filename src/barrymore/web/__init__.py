"""Home pages, navigation, sign-in, settings shell."""
