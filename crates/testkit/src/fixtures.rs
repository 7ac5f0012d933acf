//! Ids of objects that every twin has.

/// The lead Acme Rockets.
pub const ACME: &str = "lead_Hqj9SNFsrWixv4RrkHPcmiNNMLzacAYn93u4grCCxuN";
/// Its contact, Wile Coyote.
pub const WILE: &str = "cont_Ws2AwXN429dJJ0HxoaioLAbQUm2UVoBz2uenQFFReDE";
/// The user Ann Reyes, an administrator of Closer Inc.
pub const ANN: &str = "user_uvEeznVhNosWRvsk8EKXBTSjy5ds4WfzGv05QPpSdRz";
