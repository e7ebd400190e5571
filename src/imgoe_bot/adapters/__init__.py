"""Adapters: the services' ports, implemented over real libraries."""
