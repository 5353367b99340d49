"""What aktenkundig knows about documents, and where it is stored. Imports nothing of the other packages."""
