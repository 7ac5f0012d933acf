//! Where a server's log lines wait until a thread of their own writes them, many at a time.
//!
//! A line for each request, written at once, costs a busy server a quarter of its calls: each is a system call, or wakes
//! a thread. Promises that no call waits for whoever reads the log, that a warning is written at once, and that the end
//! of the program writes all that is left. Whoever kills the program takes the lines of the last moments along.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait.
const LONGEST_WAIT: Duration = Duration::from_millis(50);
/// So many bytes are written without waiting for more.
const FULL: usize = 64 * 1024;
/// Beyond this, lines are dropped: a reader that does not read must not fill the memory.
const MOST: usize = 4 * 1024 * 1024;

#[derive(Default)]
struct Lines {
    waiting: Vec<u8>,
    urgent: bool,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    news: Condvar,
}

/// The entrance, for the log.
#[derive(Clone, Default)]
pub(crate) struct LogWriter(Arc<Shared>);

/// Writes what is left when it is dropped.
#[derive(Debug)]
pub(crate) struct LogThread {
    writer: LogWriter,
    thread: Option<JoinHandle<()>>,
}

/// One line on its way.
pub(crate) struct Line<'a> {
    shared: &'a Shared,
    urgent: bool,
}

impl LogWriter {
    /// Starts the thread that writes to `out`. Errors of writing are nobody's.
    pub(crate) fn start(out: impl Write + Send + 'static) -> (Self, LogThread) {
        let writer = Self::default();
        let shared = Arc::clone(&writer.0);
        let thread =
            std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&shared, out)).ok();
        (writer.clone(), LogThread { writer, thread })
    }
}

fn write(shared: &Shared, mut out: impl Write) {
    let mut batch = Vec::new();
    loop {
        let mut lines = shared.lock();
        while lines.waiting.is_empty() && !lines.ended {
            lines = shared.news.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
        // More will come in a moment.
        let gathering = |lines: &mut Lines| !lines.ended && !lines.urgent && lines.waiting.len() < FULL;
        let waited = shared.news.wait_timeout_while(lines, LONGEST_WAIT, gathering);
        let (mut lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut lines.waiting, &mut batch);
        lines.urgent = false;
        let ended = lines.ended && batch.is_empty();
        drop(lines);
        if ended {
            return;
        }
        let _ = out.write_all(&batch);
        let _ = out.flush();
        batch.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.shared.lock();
        let first = lines.waiting.is_empty();
        if lines.waiting.len() + bytes.len() <= MOST {
            lines.waiting.extend_from_slice(bytes);
        }
        lines.urgent |= self.urgent;
        let now = first || lines.urgent || lines.waiting.len() >= FULL;
        drop(lines);
        if now {
            self.shared.news.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { shared: &self.0, urgent: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<'a> {
        Line { shared: &self.0, urgent: *metadata.level() <= Level::WARN }
    }
}

impl std::fmt::Debug for LogWriter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LogWriter").finish_non_exhaustive()
    }
}

impl Drop for LogThread {
    fn drop(&mut self) {
        self.writer.0.lock().ended = true;
        self.writer.0.news.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_in_order_by_the_end() {
        let paper = Paper::default();
        let (writer, thread) = LogWriter::start(paper.clone());
        let mut expected = String::new();
        for number in 0..20_000 {
            let line = format!("line {number}\n");
            Line { shared: &writer.0, urgent: number % 1_000 == 0 }.write_all(line.as_bytes()).unwrap();
            expected.push_str(&line);
        }
        drop(thread);
        assert!(*paper.0.lock().unwrap() == expected.as_bytes());
    }
}
