"""The site: built from executed notebooks, checked, served on this machine."""
