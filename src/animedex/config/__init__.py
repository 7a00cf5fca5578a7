"""The user's configuration: settings, their file, folders, and credentials for the services."""
