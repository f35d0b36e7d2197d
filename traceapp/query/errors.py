"""What can be wrong with a query, in the standard's own words (EPCIS 2.0.1, section 8.2.5)."""


class QueryError(ValueError):
    """A query that is not answered. `parameter` names what to change; empty where it is the query as a whole."""

    exception = "QueryParameterException"
    status = 400

    def __init__(self, parameter: str, why: str) -> None:
        self.parameter = parameter
        self.why = why
        super().__init__(f"{parameter}: {why}" if parameter else why)


class QueryInvalid(QueryError):
    """The definition of a query is no query at all."""

    exception = "QueryValidationException"


class QueryTooLarge(QueryError):
    """More events match than the caller, or the server, allows."""

    exception = "QueryTooLargeException"
    status = 413


class QueryTooComplex(QueryError):
    """Answering would take more work than the server does for one query."""

    exception = "QueryTooComplexException"
    status = 413
