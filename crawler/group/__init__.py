"""Items → stories: which items tell one event. `similarity` and `grouping` are pure; `attach` puts items of the store to their stories."""
