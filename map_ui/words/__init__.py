"""The words themselves, a file per noun: ``WORDS[key] = (Chinese, English)``; read them by map_ui.wording."""
