//! The labels of metrics, and the lists that their values come from.

use std::borrow::Cow;

use http::Method;
use latch_catalog::Kind;
use prometheus_client::encoding::EncodeLabelSet;

type Word = &'static str;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CallLabels {
    pub(crate) tool: Word,
    pub(crate) outcome: Cow<'static, str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct KindLabels {
    pub(crate) kind: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct AttemptLabels {
    pub(crate) status: Word,
    pub(crate) attempt: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RefreshLabels {
    pub(crate) outcome: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct AccountLabels {
    pub(crate) status: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    pub(crate) door: Word,
    pub(crate) method: Word,
    pub(crate) status: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct DoorLabels {
    pub(crate) door: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct GrpcLabels {
    pub(crate) code: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RefusedLabels {
    pub(crate) what: Word,
}

/// What stands for everything that is on no list.
const OTHER: Word = "other";

const PROXY: Word = "proxy";

/// The catalogue's own name of a tool, or `proxy`.
pub(crate) fn tool(name: &str) -> Word {
    // Requests that programs make themselves are recorded under this name.
    if name == PROXY {
        return PROXY;
    }
    latch_catalog::catalog().get(name).map_or(OTHER, |address| address.tool().name.as_str())
}

pub(crate) fn kind(kind: &str) -> Word {
    [Kind::Read, Kind::Write, Kind::Destructive]
        .into_iter()
        .map(Kind::as_str)
        .find(|known| *known == kind)
        .unwrap_or(OTHER)
}

/// The hundred that a status belongs to.
pub(crate) fn status_class(status: u16) -> Word {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500..600 => "5xx",
        _ => OTHER,
    }
}

pub(crate) fn method(method: &Method) -> Word {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}

/// The name of the code in a `grpc-status` header.
pub(crate) fn grpc_code(code: &[u8]) -> Word {
    const CODES: [Word; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    let number = std::str::from_utf8(code).ok().and_then(|text| text.parse::<usize>().ok());
    number.and_then(|number| CODES.get(number)).copied().unwrap_or(OTHER)
}
