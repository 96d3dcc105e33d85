"""Programs for developers: the local cloud, and trying rules. Nothing here is shipped."""
