"""The vendor's catalog: read from Partner Center, compared with a market's file, and put into words."""
