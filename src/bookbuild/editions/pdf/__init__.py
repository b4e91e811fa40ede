"""The whole book as one PDF, printed by Chromium from the pages of the built site."""
