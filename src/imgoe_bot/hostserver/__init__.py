"""An embedded image host that serves the Chevereto upload API V1.1."""
