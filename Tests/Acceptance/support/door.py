"""The client that everybody has for the OpenAI door."""

import openai

from support import sample


def client(api):
    return openai.OpenAI(base_url=api.server.url + "/v1", api_key=api.key, max_retries=0, timeout=60)


def asked(content=sample.QUESTION):
    return [{"role": "user", "content": content}]
