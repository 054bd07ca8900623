"""Compiled loops. They name the methods of parts, never their classes."""
