"""What those need who run the web chat: health, figures, logs, incidents and an orderly end."""
