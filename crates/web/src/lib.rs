//! Pages for people: connecting an account, and what came of it.
