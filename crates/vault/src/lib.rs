//! Whose credentials: connections, connected accounts, sealed secrets, the OAuth flow, refreshing.
