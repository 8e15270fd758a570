/// Shared by the tests of every log store.
