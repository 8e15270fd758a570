from support import sample, script


class Talk:
    """Turns about the library, answered by scripted models."""

    def __init__(self, api, library, upstream):
        self.api, self.library, self.upstream = api, library, upstream

    def model(self, *attempts):
        return self.upstream.model(*attempts)

    # A watched turn whose model takes these steps.
    def __call__(self, *steps, message=sample.QUESTION, **fields):
        return self.api.stream(message, model=self.model(steps), collection_id=self.library["id"], **fields)

    # A watched turn with a model of several attempts, or a next turn with the same.
    def again(self, model, message=sample.QUESTION, **fields):
        return self.api.stream(message, model=model, collection_id=self.library["id"], **fields)

    def whole(self, *tokens, **fields):
        """A finished turn; returns its watcher."""
        watcher = self(*script.answer(*tokens), **fields)
        watcher.finish()
        return watcher
