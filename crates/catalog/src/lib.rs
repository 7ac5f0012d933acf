//! What Close can do, as data: tools, their parameters, calls, schemas and documentation.
