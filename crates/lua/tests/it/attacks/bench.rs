//! The bench that attacks are measured on: a process for each, a watchdog over it.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use latch_lua::{Engine, EngineOptions, Limits, RunRecord, Script};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::attacks::{Attack, Ends};
use crate::support::Nobody;

const CPU: Duration = Duration::from_millis(100);
const MEMORY: usize = 16 * 1024 * 1024;
/// What a script may take beyond its computing limit, and what making and dropping its interpreter may take: so many
/// times the reference, which is measured in the same process. A slow machine is slow at both.
const OVERSHOOT: f64 = 10.0;
const OVERHEAD: f64 = 10.0;
/// Unwinding, which is what is left to do at the limit.
const REFERENCE: &str = "for _ = 1, 10000 do pcall(error, {}) end";
/// The process may grow by so many times the memory limit.
const MEMORY_FACTOR: u64 = 4;
/// When the watchdog bites. Far beyond any limit: a machine can be very busy.
const WATCHDOG: Duration = Duration::from_secs(60);
/// Where the program is found by the process that runs it.
const PROGRAM: &str = "LATCH_ATTACK_PROGRAM";
const REPORT: &str = "the attack's report: ";

/// Runs every attack, and fails with all that went wrong.
pub(crate) fn run_all(attacks: &[Attack]) {
    let next = AtomicUsize::new(0);
    let problems: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut problems = Vec::new();
                    while let Some(attack) = attacks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(problem) = attempt(attack) {
                            problems.push(format!("{}: {problem}", attack.0));
                        }
                    }
                    problems
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn attempt((name, ends, source): &Attack) -> Result<(), String> {
    let source = match ends {
        // Whoever survives its limit says so.
        Ends::Stopped => format!("pcall(function()\n{source}\nend) print('survived')"),
        _ => (*source).to_owned(),
    };
    let report = in_a_process(name, &source)?;
    judge(*ends, &report).map_err(|problem| format!("{problem}\n  {report}"))
}

fn judge(ends: Ends, report: &Value) -> Result<(), String> {
    let number = |name: &str| report[name].as_f64().unwrap_or(f64::INFINITY);
    let class = report["class"].as_str().unwrap_or("success");
    let error = report["error"].as_str().unwrap_or_default();
    let as_expected = match ends {
        Ends::Stopped => class == "cpu_limit" && report["output"].as_str() == Some(""),
        Ends::OutOfMemory => class == "memory_limit" || error.contains("not enough memory"),
        Ends::Refused => class == "runtime",
        Ends::Syntax => class == "syntax",
        Ends::Returns => class == "success",
        Ends::Output => class == "output_limit",
        Ends::Result => class == "result_limit",
        Ends::Somehow => matches!(class, "success" | "runtime" | "cpu_limit" | "memory_limit"),
    };
    let limit = CPU.as_secs_f64() * 1_000.0;
    let reference = number("reference_ms");
    let (overshoot, overhead) = (OVERSHOOT * reference, OVERHEAD * reference);
    if !as_expected {
        return Err(format!("it should have been {ends:?}"));
    }
    if number("cpu_time_ms") > limit + overshoot {
        return Err("it computed too long".to_owned());
    }
    if number("process_ms") > limit + overshoot + overhead {
        return Err("the process computed too long".to_owned());
    }
    if report["grown_bytes"].as_u64().is_none_or(|grown| grown > MEMORY_FACTOR * MEMORY as u64) {
        return Err("the process grew too large".to_owned());
    }
    Ok(())
}

/// Runs the test below in a process of its own, and waits for its report.
fn in_a_process(name: &str, source: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let program = folder.path().join("program.lua");
    fs::write(&program, source).map_err(|error| error.to_string())?;
    let mut child = Command::new(std::env::current_exe().map_err(|error| error.to_string())?)
        .args(["--exact", "attacks::bench::one_attack", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PROGRAM, &program)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let deadline = Instant::now() + WATCHDOG;
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if Instant::now() > deadline {
            child.kill().map_err(|error| error.to_string())?;
            return Err(format!("{name} did not end within {WATCHDOG:?}"));
        }
        thread::park_timeout(Duration::from_millis(5));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let report = said.split_once(REPORT).and_then(|(_, rest)| rest.lines().next());
    match report.map(serde_json::from_str) {
        Some(Ok(report)) => Ok(report),
        _ => Err(format!(
            "its process broke: {}\n{said}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// What runs in the process: one program, measured. A test because a process of its own needs an entrance.
#[test]
#[ignore = "started by the tests that attack"]
fn one_attack() {
    let Ok(program) = std::env::var(PROGRAM) else { return };
    let source = fs::read_to_string(program).expect("the program is there");
    let limits = Limits {
        cpu: CPU,
        wall: Duration::from_secs(30),
        memory: MEMORY,
        output: 64 * 1024,
        result: 64 * 1024,
        ..Limits::default()
    };
    let engine =
        Engine::start(EngineOptions { limits, ready: 0, threads: Some(1), ..EngineOptions::default() })
            .expect("an engine");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let run =
        |source: &str| -> RunRecord { runtime.block_on(engine.run(Script::new(source), Arc::new(Nobody))) };
    // What is made once in a process is not the attack's.
    assert!(run("return pcall(close.list_leads)").success);
    let reference = run(REFERENCE);
    assert!(reference.success, "{:?}", reference.error);
    let (time, memory) = (process_time(), status("VmRSS:"));
    let record = run(&source);
    let took = process_time().saturating_sub(time);
    let grown = status("VmHWM:").saturating_sub(memory);
    serde_json::to_string(&record).expect("every record is JSON");
    let beginning = |text: &str| text.chars().take(200).collect::<String>();
    let report = json!({
        "class": record.error_class,
        "error": record.error.as_deref().map(beginning),
        "output": beginning(&record.output),
        "reference_ms": reference.cpu_time_ms,
        "cpu_time_ms": record.cpu_time_ms,
        "process_ms": took.as_secs_f64() * 1_000.0,
        "grown_bytes": grown,
    });
    println!("{REPORT}{report}");
}

fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// A line of the process's status, in bytes.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}
