"""Turn spreadsheets into bundles: read, judge, clean, map and write, without Django and without a database."""
