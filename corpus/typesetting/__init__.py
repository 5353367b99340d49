"""How the PDF files of the Akte are set from their texts: run by hand when a text changes, never by the application."""
