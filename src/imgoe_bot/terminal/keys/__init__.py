"""The API keys of image hosts: where they are kept, and which one an upload takes."""
