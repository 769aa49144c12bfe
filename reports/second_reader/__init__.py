"""An optional second reader: a large language model behind the protocol of OpenAI, whose every claim must quote its evidence."""
