//! What one run may use, and what ends it when it uses more.
//!
//! The operator sets the ceilings; a caller can only lower them.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// What one run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time spent computing. Waiting for Close does not count.
    pub cpu: Duration,
    /// Time from start to end, waiting included.
    pub wall: Duration,
    /// Memory of the interpreter, in bytes.
    pub memory: usize,
    /// Calls of Close functions, failed ones included.
    pub calls: u32,
    /// Calls among them that write or destroy.
    pub writes: u32,
    /// Bytes of printed output.
    pub output: usize,
    /// Bytes of returned values, written as JSON.
    pub result: usize,
    /// Calls that may be under way at the same time.
    pub parallel: u32,
}

impl Default for Limits {
    /// The limits that hold where the operator has set none.
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(30),
            wall: Duration::from_secs(300),
            memory: 32 * 1024 * 1024,
            calls: 1_000,
            writes: 100,
            output: 1024 * 1024,
            result: 1024 * 1024,
            parallel: 8,
        }
    }
}

/// The least memory a run can be given: what the interpreter itself needs, and a little to work with.
pub(crate) const LEAST_MEMORY: usize = 1024 * 1024;

impl Limits {
    /// The stricter of the two, limit by limit.
    #[must_use]
    pub fn lowered_to(self, wanted: &WantedLimits) -> Self {
        Self {
            cpu: wanted.cpu.map_or(self.cpu, |wanted| wanted.min(self.cpu)),
            wall: wanted.wall.map_or(self.wall, |wanted| wanted.min(self.wall)),
            memory: wanted.memory.map_or(self.memory, |wanted| wanted.min(self.memory)).max(LEAST_MEMORY),
            calls: wanted.calls.map_or(self.calls, |wanted| wanted.min(self.calls)),
            writes: wanted.writes.map_or(self.writes, |wanted| wanted.min(self.writes)),
            output: wanted.output.map_or(self.output, |wanted| wanted.min(self.output)),
            result: wanted.result.map_or(self.result, |wanted| wanted.min(self.result)),
            parallel: self.parallel,
        }
    }
}

/// The limits a caller asks for. What is left out stays at the operator's ceiling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedLimits {
    /// Time spent computing.
    pub cpu: Option<Duration>,
    /// Time from start to end.
    pub wall: Option<Duration>,
    /// Memory in bytes; less than 1 MiB counts as 1 MiB.
    pub memory: Option<usize>,
    /// Calls of Close functions.
    pub calls: Option<u32>,
    /// Calls that write or destroy.
    pub writes: Option<u32>,
    /// Bytes of printed output.
    pub output: Option<usize>,
    /// Bytes of returned values.
    pub result: Option<usize>,
}

/// The limit that ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Too much computing.
    Cpu,
    /// Took too long in all.
    Wall,
    /// Too much memory.
    Memory,
    /// Too many calls.
    Calls,
    /// Too many writes.
    Writes,
    /// Printed too much.
    Output,
    /// Returned too much.
    Result,
    /// Whoever asked for the run went away or stopped it.
    Cancelled,
}

impl Limit {
    pub(crate) const ALL: [Self; 8] = [
        Self::Cpu,
        Self::Wall,
        Self::Memory,
        Self::Calls,
        Self::Writes,
        Self::Output,
        Self::Result,
        Self::Cancelled,
    ];

    /// The class of the error that the run ends with.
    pub fn class(self) -> &'static str {
        match self {
            Self::Cpu => "cpu_limit",
            Self::Wall => "wall_limit",
            Self::Memory => "memory_limit",
            Self::Calls => "call_limit",
            Self::Writes => "write_limit",
            Self::Output => "output_limit",
            Self::Result => "result_limit",
            Self::Cancelled => "cancelled",
        }
    }

    /// What to say about it, given the limits that were in force.
    pub fn sentence(self, limits: &Limits) -> String {
        match self {
            Self::Cpu => format!(
                "The maximum execution time for this script was exceeded: it may compute for {}. (Lua timeout error)",
                seconds(limits.cpu)
            ),
            Self::Wall => format!(
                "The script took longer than the {} it may take in all. (Lua timeout error)",
                seconds(limits.wall)
            ),
            Self::Memory => {
                format!("not enough memory: the script may use {} bytes.", limits.memory)
            }
            Self::Calls => format!("The script may make {} calls, and wanted one more.", limits.calls),
            Self::Writes => {
                format!("The script may make {} calls that write, and wanted one more.", limits.writes)
            }
            Self::Output => {
                format!("The script may print {} bytes; what it printed more is cut.", limits.output)
            }
            Self::Result => format!(
                "The script ran to its end, but what it returned is too much (more than {} bytes, too many values, or nested too deeply): return less, or print it.",
                limits.result
            ),
            Self::Cancelled => "The run was cancelled.".to_owned(),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.class())
    }
}

fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if (seconds - 1.0).abs() < f64::EPSILON { "1 second".to_owned() } else { format!("{seconds} seconds") }
}
