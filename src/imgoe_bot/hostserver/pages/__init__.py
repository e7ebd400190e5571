"""The pages: public ones, and the one where the host is looked after."""
