"""Checks of a connection to a cluster, one by one: address, TLS, login, brokers, permissions. Changes nothing."""
