"""The CDN and the media proxy."""
