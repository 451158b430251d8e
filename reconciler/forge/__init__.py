"""The place where the repository lives and is reviewed: GitHub's REST API, as far as reports need it."""
