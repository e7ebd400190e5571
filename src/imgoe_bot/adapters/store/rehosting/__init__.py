"""An image host moved: what is stored of its old place leads to the new one."""
