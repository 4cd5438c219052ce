"""Rule files of Elastic detection-rules (TOML), whose queries other languages compile."""
