"""What the tests of all packages share: books, populations, crowds, servers, environments."""
