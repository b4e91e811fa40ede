"""The press: it executes the chapters, compares, renders the charts and checks the site."""
